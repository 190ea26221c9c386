# cosmos.bash -- completion of cosmos; made by tools/gen-cosmos.
_cosmos()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local i=1 command= options= guests
	while [[ ${COMP_WORDS[i]} == -* ]]; do ((i++)); done
	command=${COMP_WORDS[i]}
	if ((i >= COMP_CWORD)); then
		COMPREPLY=($(compgen -W "-t --time -v --verbose --help create load list show top check install remove start stop read write attach detach console logs suspend resume save restore migrate reconnect shutdown destroy images watch pool doctor version" -- "$cur"))
		return
	fi
	case $command in
	create) options="-c --config -o --on --platform -p --port -m --memory -C --cpu --cpus --no-limits --on-poweroff --on-reboot --on-crash -i --image --type --extra -P --paused -f --file -q --quiet -j --json -h --help" ;;
	load) options="-o --on -j --json -h --help" ;;
	list) options="-j --json -h --help" ;;
	show) options="-j --json -h --help" ;;
	top) options="-d --delay -n --count -j --json -h --help" ;;
	check) options="-p --port -j --json -h --help" ;;
	install) options="-l --label -s --swap -r --router -j --json -h --help" ;;
	remove) options="-j --json -h --help" ;;
	start) options="-r --router -j --json -h --help" ;;
	stop) options="-r --router -j --json -h --help" ;;
	read) options="-r --router -j --json -h --help" ;;
	write) options="-r --router -j --json -h --help" ;;
	attach) options="-j --json -h --help" ;;
	detach) options="-j --json -h --help" ;;
	console) options="-j --json -h --help" ;;
	logs) options="-j --json -h --help" ;;
	suspend) options="-j --json -h --help" ;;
	resume) options="-j --json -h --help" ;;
	save) options="-k --keep -j --json -h --help" ;;
	restore) options="-n --name -j --json -h --help" ;;
	migrate) options="-n --name -r --receive -j --json -h --help" ;;
	reconnect) options="-j --json -h --help" ;;
	shutdown) options="-r --reboot -j --json -h --help" ;;
	destroy) options="-f --force -j --json -h --help" ;;
	images) options="-j --json -h --help" ;;
	watch) options="-j --json -h --help" ;;
	pool) options="-o --on -p --port -j --json -h --help" ;;
	doctor) options="-n --look -j --json -h --help" ;;
	version) options="-j --json -h --help" ;;
	esac
	case $prev in
	-c|--config) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	-o|--on) COMPREPLY=($(compgen -W "best xen kvm process" -- "$cur")); return ;;
	--platform) COMPREPLY=($(compgen -W "best xen kvm process" -- "$cur")); return ;;
	--on-poweroff) COMPREPLY=($(compgen -W "destroy restart preserve" -- "$cur")); return ;;
	--on-reboot) COMPREPLY=($(compgen -W "destroy restart preserve" -- "$cur")); return ;;
	--on-crash) COMPREPLY=($(compgen -W "destroy restart preserve" -- "$cur")); return ;;
	-i|--image) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	--type) COMPREPLY=($(compgen -W "pv pvh" -- "$cur")); return ;;
	-f|--file) COMPREPLY=($(compgen -f -- "$cur")); return ;;
	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W "$options" -- "$cur"))
		return
	fi
	case $command in
	show|install|remove|start|stop|read|write|attach|detach|console|logs|suspend|resume|save|migrate|reconnect|shutdown|destroy)
		guests=$(cosmos list 2>/dev/null | awk 'NR > 1 { print $1 }') ;;
	esac
	COMPREPLY=($(compgen -W "$guests" -- "$cur"))
	case $command in
	create|load|check|install|start|suspend|resume|save|restore)
		COMPREPLY+=($(compgen -f -- "$cur")) ;;
	esac
}
complete -o filenames -F _cosmos cosmos
