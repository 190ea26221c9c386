// SPDX-License-Identifier: BSD-3-Clause
//
// re2_strings PCAP SECONDS STRING... -- RE2 looking for one of several strings
// in the packets of a capture, round and round.  Prints packets a CPU second.
// bench/click builds it where RE2's header is installed.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include <re2/re2.h>

static double
cpu_seconds()
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static std::vector<std::string>
packets_of(const char *path)
{
	std::vector<std::string> found;
	char head[24];
	unsigned record[4];
	FILE *f = fopen(path, "rb");

	if (f == nullptr || fread(head, sizeof(head), 1, f) != 1)
		exit(1);
	while (fread(record, sizeof(record), 1, f) == 1) {
		std::string bytes(record[2], '\0');

		if (fread(&bytes[0], record[2], 1, f) != 1)
			break;
		found.push_back(bytes);
	}
	fclose(f);
	return found;
}

int
main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	std::vector<std::string> packets = packets_of(argv[1]);
	double seconds = atof(argv[2]);
	std::string any;
	for (int i = 3; i < argc; i++)
		any += (i > 3 ? "|" : "") + RE2::QuoteMeta(argv[i]);
	RE2::Options options(RE2::Latin1);
	RE2 re(any, options);
	unsigned long n = 0, met = 0;
	double start = 0, now;

	// The first round builds the automaton's states.
	for (int round = 0; (now = cpu_seconds()) - start < seconds ||
	     round <= 1; round++) {
		if (round == 1) {
			start = now;
			n = 0;
		}
		for (const std::string &p : packets)
			met += RE2::PartialMatch(p, re);
		n += packets.size();
	}
	printf("%.0f\n", n / (now - start));
	return met != 0;
}
