/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * parser_test.c -- texts, what is said about them and the flat text they give.
 *
 * Any name with a capital letter, but for a few, is an element class here, so
 * that whole collections of configurations can be read without their
 * elements.  Most of the file is the table.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "click/classes.h"
#include "click/element.h"
#include "click/graph.h"
#include "test/tap.h"

static struct {
	struct element_class class[400];
	char name[400][40];
	size_t n;
} classes;

const struct element_class *
class_find(struct str name)
{
	size_t i;

	if (name.n < 2 || name.s[0] < 'A' || name.s[0] > 'Z' ||
	    str_starts(name, STR("Nope")) || str_is(name, "Self") ||
	    str_find(name, '@', 0) < name.n || str_find(name, '/', 0) < name.n)
		return NULL;
	for (i = 0; i < classes.n; i++)
		if (str_is(name, classes.name[i]))
			return &classes.class[i];
	if (i == ARRAY_SIZE(classes.class) ||
	    !str_copy(name, classes.name[i], sizeof(classes.name[i])))
		return NULL;
	classes.class[i].name = classes.name[i];
	classes.n++;
	return &classes.class[i];
}

static const struct {
	const char *name, *text, *messages, *flat;
} cases[] = {
	{ "empty text", "", "", "" },
	{ "a chain", "Idle -> Null -> Discard;", "",
	    "Idle@1 :: Idle;\n"
	    "Null@2 :: Null;\n"
	    "Discard@3 :: Discard;\n"
	    "\n"
	    "Idle@1 -> Null@2\n"
	    "    -> Discard@3;\n" },
	{ "names and numbers",
	    "a :: Idle; Idle -> Null; x, y :: Null; Idle@6 :: Idle; "
	    "Idle;",
	    "",
	    "a :: Idle;\n"
	    "Idle@2 :: Idle;\n"
	    "Null@3 :: Null;\n"
	    "x :: Null;\n"
	    "y :: Null;\n"
	    "Idle@6 :: Idle;\n"
	    "Idle@7 :: Idle;\n"
	    "\n"
	    "Idle@2 -> Null@3;\n" },
	{ "comments and space",
	    "Idle/**/-> // x\n"
	    " Null /* -> b */ -> Discard",
	    "",
	    "Idle@1 :: Idle;\n"
	    "Null@2 :: Null;\n"
	    "Discard@3 :: Discard;\n"
	    "\n"
	    "Idle@1 -> Null@2\n"
	    "    -> Discard@3;\n" },
	{ "no semicolons", "a :: Idle b :: Null a -> b", "",
	    "a :: Idle;\n"
	    "b :: Null;\n"
	    "\n"
	    "a -> b;\n" },
	{ "configurations keep their text",
	    "Null( 1, \"a)\" /* ) */ , ')' , (b) );", "",
	    "Null@1 :: Null( 1, \"a)\" /* ) */ , ')' , (b) );\n"
	    "\n" },
	{ "a class for several names", "a, b :: Idle(3);", "",
	    "a :: Idle(3);\n"
	    "b :: Idle(3);\n"
	    "\n" },
	{ "ports", "a :: Idle; b :: Idle; a [1] -> [2] b; a[0] -> b", "",
	    "a :: Idle;\n"
	    "b :: Idle;\n"
	    "\n"
	    "a -> b;\n"
	    "a [1] -> [2] b;\n" },
	{ "many to many", "a :: Idle; a [0,2-3] => [] Idle, Idle", "",
	    "a :: Idle;\n"
	    "Idle@2 :: Idle;\n"
	    "Idle@3 :: Idle;\n"
	    "\n"
	    "a -> Idle@2;\n"
	    "a [2] -> [1] Idle@2;\n"
	    "a [3] -> Idle@3;\n" },
	{ "fan-out", "Idle => Null, Null, Null", "",
	    "Idle@1 :: Idle;\n"
	    "Null@2 :: Null;\n"
	    "Null@3 :: Null;\n"
	    "Null@4 :: Null;\n"
	    "\n"
	    "Idle@1 -> Null@2;\n"
	    "Idle@1 [1] -> Null@3;\n"
	    "Idle@1 [2] -> Null@4;\n" },
	{ "open ports",
	    "a :: Idle; Null, Null, Null => [1-] a; a[0,] => Null, Null", "",
	    "a :: Idle;\n"
	    "Null@2 :: Null;\n"
	    "Null@3 :: Null;\n"
	    "Null@4 :: Null;\n"
	    "Null@5 :: Null;\n"
	    "Null@6 :: Null;\n"
	    "\n"
	    "Null@2 -> [1] a;\n"
	    "Null@3 -> [2] a;\n"
	    "Null@4 -> [3] a;\n"
	    "a -> Null@5;\n"
	    "a [1] -> Null@6;\n" },
	{ "at most one is open", "a :: Idle; b :: Idle; a[0,] => [0,] b",
	    "config:1: at most one expandable port allowed per "
	    "connection\n",
	    "" },
	{ "mismatch", "a :: Idle; a[0-2] => Null, Null; a[0-2] -> Null, Null",
	    "config:1: connection mismatch: 3 outputs connected to 2 "
	    "inputs\n"
	    "config:1: syntax error: many-to-many connections require "
	    "'=>'\n"
	    "config:1: connection mismatch: 3 outputs connected to 2 "
	    "inputs\n",
	    "" },
	{ "strange ports",
	    "Idle[x] -> [0 Null -> [] Null[-] -> Null; [0] a; Idle[1]",
	    "config:1: syntax error: port number should be integer\n"
	    "config:1: syntax error: expected ','\n"
	    "config:1: syntax error: port number should be integer\n"
	    "config:1: syntax error: expected ','\n"
	    "config:1: syntax error: expected port number\n"
	    "config:1: stranded port ignored\n"
	    "config:1: syntax error near '->'\n"
	    "config:1: output ports ignored at end of chain\n"
	    "config:1: syntax error: expected port number\n"
	    "config:1: input ports ignored at start of chain\n"
	    "config:1: syntax error near '-'\n"
	    "config:1: syntax error near ']'\n"
	    "config:1: syntax error near '->'\n"
	    "config:1: undeclared element 'a'\n"
	    "config:1: input ports ignored at start of chain\n"
	    "config:1: output ports ignored at end of chain\n",
	    "" },
	{ "stray tokens",
	    "-> Null; :: Null; & ; a :: ; Idle -> ; Idle ) ; Idle }",
	    "config:1: syntax error near '->'\n"
	    "config:1: syntax error near '::'\n"
	    "config:1: syntax error near '&'\n"
	    "config:1: missing element type in declaration\n"
	    "config:1: unknown element class 'a'\n"
	    "config:1: syntax error near ';'\n"
	    "config:1: syntax error near ')'\n"
	    "config:1: syntax error near '}'\n",
	    "" },
	{ "undeclared, redeclared",
	    "a -> b; a :: Null;\n"
	    "a :: Idle;\n"
	    "null :: Null; null(3) -> Idle :: Null",
	    "config:1: undeclared element 'a'\n"
	    "config:1: undeclared element 'b'\n"
	    "config:1: class 'a' used as element name\n"
	    "config:2: class 'a' used as element name\n"
	    "config:3: configuration string ignored on element "
	    "reference\n"
	    "config:3: class 'Idle' used as element name\n",
	    "" },
	{ "names of digits", "1 :: Idle; a/2 :: Null; b/ :: Null",
	    "config:1: element name '1' has all-digit component\n"
	    "config:1: element name 'a/2' has all-digit component\n"
	    "config:1: undeclared element 'b'\n"
	    "config:1: syntax error near '/'\n"
	    "config:1: syntax error near '::'\n",
	    "" },
	{ "directives",
	    "# 7 \"f.c\"\n"
	    "zip -> Null(\n"
	    "#line 30\n"
	    ") -> zap;\n"
	    "# 2 \"\"\n"
	    "zup;\n"
	    "#pragma x\n",
	    "f.c:7: undeclared element 'zip'\n"
	    "f.c:30: undeclared element 'zap'\n"
	    "config:2: undeclared element 'zup'\n"
	    "config:3: unknown preprocessor directive\n",
	    "" },
	{ "line ends",
	    "a ->\r b -> \r\n"
	    " c;\n"
	    "\rd;",
	    "config:1: undeclared element 'a'\n"
	    "config:2: undeclared element 'b'\n"
	    "config:3: undeclared element 'c'\n"
	    "config:5: undeclared element 'd'\n",
	    "" },
	{ "a compound",
	    "elementclass C { input -> Null -> n :: Null(1) -> output "
	    "} Idle -> c :: C -> C -> Discard",
	    "",
	    "Idle@1 :: Idle;\n"
	    "Discard@4 :: Discard;\n"
	    "c/Null@1 :: Null;\n"
	    "c/n :: Null(1);\n"
	    "C@3/Null@1 :: Null;\n"
	    "C@3/n :: Null(1);\n"
	    "\n"
	    "Idle@1 -> c/Null@1\n"
	    "    -> c/n\n"
	    "    -> C@3/Null@1\n"
	    "    -> C@3/n\n"
	    "    -> Discard@4;\n" },
	{ "anonymous compounds",
	    "Idle -> { -> Null -> } -> d :: { [0] -> Null -> [0] } -> "
	    "Discard",
	    "",
	    "Idle@1 :: Idle;\n"
	    "Discard@4 :: Discard;\n"
	    "@2/Null@1 :: Null;\n"
	    "d/Null@1 :: Null;\n"
	    "\n"
	    "Idle@1 -> @2/Null@1\n"
	    "    -> d/Null@1\n"
	    "    -> Discard@4;\n" },
	{ "compounds inside",
	    "elementclass C { elementclass D { input -> Null -> output "
	    "} input -> D -> output } Idle -> C -> D",
	    "config:1: undeclared element 'D'\n", "" },
	{ "groups",
	    "Idle -> ( input -> Null -> output ) -> Discard; Idle => ( "
	    "[0] -> Null -> [0]; [1] -> [1] ) => Discard, Discard",
	    "",
	    "Idle@1 :: Idle;\n"
	    "Null@5 :: Null;\n"
	    "Discard@6 :: Discard;\n"
	    "Idle@7 :: Idle;\n"
	    "Null@11 :: Null;\n"
	    "Discard@12 :: Discard;\n"
	    "Discard@13 :: Discard;\n"
	    "\n"
	    "Idle@1 -> Null@5\n"
	    "    -> Discard@6;\n"
	    "Idle@7 -> Null@11\n"
	    "    -> Discard@12;\n"
	    "Idle@7 [1] -> Discard@13;\n" },
	{ "a group in a compound",
	    "elementclass C { input -> (-> Null ->) -> output } Idle "
	    "-> C -> Discard",
	    "",
	    "Idle@1 :: Idle;\n"
	    "Discard@3 :: Discard;\n"
	    "C@2/Null@4 :: Null;\n"
	    "\n"
	    "Idle@1 -> C@2/Null@4\n"
	    "    -> Discard@3;\n" },
	{ "a group's ports",
	    "Idle -> (Null -> output); ( input -> Null ) -> Null; ( "
	    "input[1] -> Null )",
	    "config:1: output ports ignored at end of chain\n"
	    "config:1: input ports ignored at start of chain\n"
	    "config:1: '<anonymous group>' input 0 missing\n"
	    "config:1: input ports ignored at start of chain\n"
	    "config:1: '@2' output 0 unused\n"
	    "config:1: '@2' has no input 0\n"
	    "config:1: '@6' input 0 unused\n"
	    "config:1: '@6' has no output 0\n"
	    "config:1: '@11' input 1 unused\n",
	    "" },
	{ "compound ports misused",
	    "elementclass C { output -> input; input[1] -> Null -> "
	    "[2]output }\n"
	    "Idle -> C -> Discard",
	    "config:1: 'C' pseudoelement 'input' may only be used as "
	    "output\n"
	    "config:1: 'C' input 0 missing\n"
	    "config:1: 'C' pseudoelement 'output' may only be used as "
	    "input\n"
	    "config:1: 'C' output 0 missing\n"
	    "config:1: 'C' output 1 missing\n"
	    "config:2: 'C@2' has no input 0\n"
	    "config:2: 'C@2' has no output 0\n"
	    "config:2: 'C@2/output' used as output\n"
	    "config:2: 'C@2/input' used as input\n"
	    "config:2: 'C@2' input 1 unused\n"
	    "config:2: 'C@2' output 2 unused\n",
	    "" },
	{ "compound ports unused",
	    "elementclass C { input -> Null -> output; input[1] -> "
	    "Null -> [1] output }\n"
	    "Idle -> C -> Discard; Idle -> [3] C; C[4] -> Discard",
	    "config:2: 'C@5' has no input 3\n"
	    "config:2: 'C@6' has no output 4\n"
	    "config:2: 'C@2' input 1 unused\n"
	    "config:2: 'C@2' output 1 unused\n"
	    "config:2: 'C@5' input 0 unused\n"
	    "config:2: 'C@5' output 0 unused\n"
	    "config:2: 'C@5' input 1 unused\n"
	    "config:2: 'C@5' output 1 unused\n"
	    "config:2: 'C@6' input 0 unused\n"
	    "config:2: 'C@6' output 0 unused\n"
	    "config:2: 'C@6' input 1 unused\n"
	    "config:2: 'C@6' output 1 unused\n",
	    "" },
	{ "implicit ports",
	    "elementclass C { => Null, Null => } { Null -> -> Null } { "
	    "Null; -> Null -> output; -> Null }",
	    "config:1: syntax error near '->'\n"
	    "config:1: warning: suggest 'input ->' or '[0] ->' to "
	    "start connection\n"
	    "config:1: '@2' input 0 unused\n"
	    "config:1: '@2' output 0 unused\n",
	    "" },
	{ "parameters",
	    "elementclass C { $a, $b | input -> Null($a, ${b}, \"$a "
	    "$b\", '$a') -> output } Idle -> C(1 2, \"x\") -> Discard",
	    "",
	    "Idle@1 :: Idle;\n"
	    "Discard@3 :: Discard;\n"
	    "C@2/Null@1 :: Null(1 2, \"x\", \"1 2 \\\"x\\\"\", '$a');\n"
	    "\n"
	    "Idle@1 -> C@2/Null@1\n"
	    "    -> Discard@3;\n" },
	{ "keywords",
	    "elementclass C { $a, K $k, __REST__ $r | Null($a; $k; $r) "
	    "} C(1, K 2); C(1, 5, K 2, X); C(1); C(K 1, K 2)",
	    "config:1: no match for 'C[1 argument, 0 inputs, 0 "
	    "outputs]'\n"
	    "config:1: candidates are:\n"
	    "config:1:   C(<arg>, K, ...)[0 inputs, 0 outputs]\n",
	    "" },
	{ "parameters out of order",
	    "elementclass C { K $a, $b | } elementclass D { __REST__ "
	    "$r, $a | } elementclass E { $a, $a | }\n"
	    "elementclass F { K $a, K $b | } { $a $b | }",
	    "config:1: compound element parameters out of order\n"
	    "config:1: (The correct order is '[positional], "
	    "[keywords], [__REST__]'.)\n"
	    "config:1: compound element parameters out of order\n"
	    "config:1: (The correct order is '[positional], "
	    "[keywords], [__REST__]'.)\n"
	    "config:1: parameter '$a' multiply defined\n"
	    "config:2: repeated keyword parameter 'K' in compound "
	    "element\n"
	    "config:2: expected ',' or '|'\n"
	    "config:2: syntax error near 'b'\n"
	    "config:2: syntax error near '|'\n"
	    "config:2: no match for '<anonymous>[0 inputs, 0 "
	    "outputs]'\n"
	    "config:2: candidates are:\n"
	    "config:2:   <anonymous>(<arg>)[0 inputs, 0 outputs]\n",
	    "" },
	{ "overloads",
	    "elementclass C { $a | Null($a) || $a, $b | Null($b, $a) "
	    "|| input -> output } C(1); C(1, 2); Idle -> C -> Null; "
	    "C(1,2,3)",
	    "config:1: no match for 'C[3 arguments, 0 inputs, 0 "
	    "outputs]'\n"
	    "config:1: candidates are:\n"
	    "config:1:   C(<arg>)[0 inputs, 0 outputs]\n"
	    "config:1:   C(<arg>, <arg>)[0 inputs, 0 outputs]\n"
	    "config:1:   C[1 input, 1 output]\n",
	    "" },
	{ "extension",
	    "elementclass C { $a | Null($a) } elementclass C { $a, $b "
	    "| Null($b) || ... } C(1); C(1, 2); elementclass D { ... }",
	    "config:1: cannot extend unknown element class 'D'\n"
	    "config:1: '...' should occur last, after one or more "
	    "compounds\n",
	    "" },
	{ "synonyms",
	    "elementclass C Null; elementclass Null { input -> C -> "
	    "output } Idle -> Null -> Discard; elementclass D Nope; "
	    "elementclass { } elementclass X ;",
	    "config:1: unknown element class 'Nope'\n"
	    "config:1: expected element type name\n"
	    "config:1: syntax error near ';'\n",
	    "" },
	{ "unknown in itself",
	    "elementclass Self { input -> Self -> output } Idle -> Self",
	    "config:1: undeclared element 'Self'\n"
	    "config:1: 'Self@2' output 0 unused\n",
	    "" },
	{ "variables",
	    "define($a 1, $b $a$a, $c, x, $d-) Null($a ${b} $c.${e-5} "
	    "${e} ${b[0]} \\$a $1 $$a);",
	    "config:1: bad 'define' declaration: not a variable\n"
	    "config:1: bad 'define' declaration: not a variable\n",
	    "" },
	{ "empty values stay", "define($c) Null($c); Null(x$c)", "",
	    "Null@1 :: Null($c);\n"
	    "Null@2 :: Null(x);\n"
	    "\n" },
	{ "variables of compounds",
	    "define($v out) elementclass C { $w | define($v in$w) "
	    "Null($v) { Null($v$w) } } C(1); Null($v)",
	    "",
	    "Null@2 :: Null(out);\n"
	    "C@1/Null@1 :: Null(in1);\n"
	    "C@1/@2/Null@1 :: Null(in11);\n"
	    "\n" },
	{ "a variable in itself", "define($a x$a) Null($a)", "",
	    "Null@1 :: Null(xxxxxxxxxxx$a);\n"
	    "\n" },
	{ "requirements",
	    "require(compact_config); require(foo bar baz, library, "
	    "''); require x; provide y;",
	    "config:1: syntax error at requirement\n"
	    "config:1: syntax error at requirement\n"
	    "config:1: syntax error at requirement\n"
	    "config:1: expected '('\n"
	    "config:1: undeclared element 'x'\n"
	    "config:1: syntax error near 'provide'\n"
	    "config:1: undeclared element 'y'\n",
	    "" },
	{ "unclosed", "Idle -> { Null -> ( Null( \"x",
	    "config:1: expected ')'\n"
	    "config:1: expected ')'\n"
	    "config:1: expected '}'\n"
	    "config:1: '@2' has no input 0\n"
	    "config:1: '@2/@2' has no input 0\n",
	    "" },
	{ "a dollar alone", "$ -> { $ | Null($) }",
	    "config:1: syntax error near ''\n"
	    "config:1: syntax error near '->'\n"
	    "config:1: no match for '<anonymous>[0 inputs, 0 "
	    "outputs]'\n"
	    "config:1: candidates are:\n"
	    "config:1:   <anonymous>(<arg>)[0 inputs, 0 outputs]\n",
	    "" },
	{ "tunnels in a ring",
	    "elementclass P { input -> output } a :: P; b :: P; a -> b "
	    "-> a; Idle -> a; b -> Discard",
	    "",
	    "Idle@3 :: Idle;\n"
	    "Discard@4 :: Discard;\n"
	    "\n"
	    "Idle@3 -> Discard@4;\n" },
	{ "an element within a compound's name",
	    "c/n :: Null; elementclass C { n :: Null } c :: C",
	    "config:1: redeclaration of element 'c/n'\n"
	    "config:1: 'c/n' previously declared here\n",
	    "" },
};

/* Parses; what is said goes to *said. */
static int
parse(struct graph *g, const struct graph_source *src, struct strbuf *said)
{
	struct errh errh;
	int err;

	errh_strbuf_init(&errh, said);
	err = graph_parse(g, src, &errh);
	errh_fini(&errh);
	return err;
}

/* That the two have the same elements and connections. */
static bool
same_graph(const struct graph *a, const struct graph *b)
{
	if (a->elements.n != b->elements.n ||
	    a->connections.n != b->connections.n ||
	    a->requirements.n != b->requirements.n)
		return false;
	for (size_t i = 0; i < a->elements.n; i++)
		if (!str_eq(a->elements.v[i].name, b->elements.v[i].name) ||
		    !str_eq(a->elements.v[i].config, b->elements.v[i].config) ||
		    a->elements.v[i].class != b->elements.v[i].class)
			return false;
	return a->connections.n == 0 ||
	       memcmp(a->connections.v, b->connections.v,
	           a->connections.n * sizeof(*a->connections.v)) == 0;
}

/* That g, printed, parses to the same graph; flat, unless NULL, is its text. */
static void
check_print(const struct graph *g, const char *flat, const char *name)
{
	struct strbuf text = STRBUF_INIT, said = STRBUF_INIT;
	struct graph_source src = { .file = STR("printed") };
	struct graph again;

	graph_print(g, &text);
	if (flat != NULL)
		is_str(sb_str(&text), str_of(flat), "%s: printed", name);
	src.text = sb_str(&text);
	ok(parse(&again, &src, &said) == 0 && same_graph(g, &again),
	    "%s: what is printed parses to the same", name);
	graph_fini(&again);
	sb_fini(&text);
	sb_fini(&said);
}

static void
test_cases(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct graph_source src = { .text = str_of(cases[i].text) };
		struct strbuf said = STRBUF_INIT;
		const char *name = cases[i].name;
		struct graph g;
		int err = parse(&g, &src, &said);
		bool bad = strlen(cases[i].flat) == 0 && said.n > 0;

		is_num(err, bad ? ERR_SYNTAX : 0, "%s: result", name);
		is_str(sb_str(&said), str_of(cases[i].messages), "%s: messages",
		    name);
		if (err == 0)
			check_print(&g, cases[i].flat, name);
		graph_fini(&g);
		sb_fini(&said);
	}
}

/* ---- limits: each of these must end soon, with one message ---- */

static void
check_refused(struct strbuf *text, const char *message)
{
	struct graph_source src = { .text = sb_str(text), .file = STR("f") };
	struct strbuf said = STRBUF_INIT;
	struct graph g;

	is_num(parse(&g, &src, &said), ERR_SYNTAX, "refused: %s", message);
	ok(str_search(sb_str(&said), str_of(message), 0) < said.n,
	    "the message is there: %s", message);
	ok(said.n < 200, "and no other");
	sb_fini(&said);
	sb_fini(text);
}

/* Classes A0, A1, ... each using the one before in its body. */
static void
add_classes(struct strbuf *sb, unsigned int n, const char *fmt)
{
	sb_adds(sb, "elementclass A0 { $x | input -> Null($x) -> output }\n");
	for (unsigned int i = 1; i < n; i++) {
		sb_printf(sb, "elementclass A%u { $x | input -> ", i);
		for (const char *c = fmt; *c != '\0'; c++)
			if (*c == '#')
				sb_printf(sb, "A%u", i - 1);
			else
				sb_addc(sb, *c);
		sb_adds(sb, " -> output }\n");
	}
	sb_printf(sb, "Idle -> A%u(1) -> Discard\n", n - 1);
}

static void
test_limits(void)
{
	struct strbuf sb = STRBUF_INIT;

	add_classes(&sb, 60, "#(1) -> #(1)");
	check_refused(&sb, "configuration grows too large");
	add_classes(&sb, 60, "#($x$x$x)");
	check_refused(&sb, "configuration grows too large");
	add_classes(&sb, 300, "#($x)");
	check_refused(&sb, "compound elements nest too deeply");
	sb_adds(&sb, "x :: Idle;");
	for (int i = 0; i < 100; i++)
		sb_adds(&sb, "x[0-65535] => [0-65535] x;");
	check_refused(&sb, "too many");
	sb_adds(&sb, "Idle[70000] -> Null");
	check_refused(&sb, "port number 70000 too large");
}

/* ---- libraries and definitions ---- */

static int
library(void *arg, struct str name, struct strbuf *text, struct str *file,
    struct errh *errh)
{
	int *reads = arg;

	if (str_is(name, "broken"))
		return errh_error(errh, "cannot be read"), ERR_IO;
	if (!str_is(name, "lib"))
		return ERR_NOTFOUND;
	is_str(*file, ++*reads == 1 ? STR("main") : STR("dir/lib"),
	    "the file that asks");
	*file = STR("dir/lib");
	sb_adds(text, "require(library lib);\n");
	sb_adds(text, "elementclass L { input -> Null($v) -> output } zip;");
	return 0;
}

static void
test_library(void)
{
	int reads = 0;
	struct graph_source src = { .file = STR("main"),
		.text = STR("require(library lib, library 'no x',\n"
		            "library broken) Idle -> L -> zap\n"
		            "elementclass C { require(library lib) }"),
		.library_arg = &reads };
	struct strbuf said = STRBUF_INIT;
	struct graph g;

	is_num(parse(&g, &src, &said), ERR_SYNTAX, "no libraries to be had");
	sb_clear(&said);
	src.library = library;
	is_num(parse(&g, &src, &said), ERR_SYNTAX, "libraries");
	is_str(sb_str(&said),
	    STR("dir/lib:2: undeclared element 'zip'\n"
	        "main:2: library 'no x' not found in CLICKPATH/conf\n"
	        "main:2: cannot be read\n"
	        "main:2: undeclared element 'zap'\n"
	        "main:3: 'require library' must be used at file scope\n"),
	    "their messages");
	is_num(reads, 2, "not read for the compound");
	sb_fini(&said);
}

static void
test_defines(void)
{
	struct str pairs[] = { STR("v"), STR("1 2"), STR("w"), STR("3") };
	const struct strs defines = { pairs, 4, 4 };
	struct graph_source src = { .defines = &defines,
		.text = STR("define($v 0) Null($v, $w, ${v[1]})") };
	struct strbuf said = STRBUF_INIT;
	struct graph g;

	is_num(parse(&g, &src, &said), 0, "definitions from outside");
	is_str(g.elements.v[0].config, STR("1 2, 3, 2"), "win");
	is_str(g.elements.v[0].landmark, STR("config:1"), "landmark");
	is_str(g.text, src.text, "the text is kept");
	graph_fini(&g);
	sb_fini(&said);
}

/* ---- print and parse, over all configurations at hand ---- */

static bool
read_file(const char *path, struct strbuf *text)
{
	FILE *f = fopen(path, "r");
	int c;

	if (f == NULL)
		return false;
	while ((c = getc(f)) != EOF)
		sb_addc(text, (char)c);
	fclose(f);
	return true;
}

static void
test_collection(const char *pattern)
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0) {
		tap_skip(pattern);
		return;
	}
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct strbuf text = STRBUF_INIT, said = STRBUF_INIT;
		struct graph_source src = { .file = STR("f") };
		struct graph g;

		ok(read_file(found.gl_pathv[i], &text), "%s",
		    found.gl_pathv[i]);
		src.text = sb_str(&text);
		if (parse(&g, &src, &said) == 0)
			check_print(&g, NULL, found.gl_pathv[i]);
		graph_fini(&g);
		sb_fini(&text);
		sb_fini(&said);
	}
	globfree(&found);
}

/* The corpus beside the checkout, or where CONFORMANCE says it is. */
static void
test_corpus(void)
{
	const char *place = getenv("CONFORMANCE");
	char pattern[400];

	snprintf(pattern, sizeof(pattern), "%s/*/*/*.click",
	    place == NULL ? "../shared/conformance" : place);
	test_collection(pattern);
}

int
main(void)
{
	test_cases();
	test_limits();
	test_library();
	test_defines();
	test_collection("examples/*.click");
	test_corpus();
	return tap_done();
}
