/** Runs every file of tests, or the one that is named; exit code 1 where a check failed, 2 for a name there is not. */
#include "check.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	void (*run)(void);
} FILES[] = {
	{"protocol", test_protocol}, {"parser", test_parser},	      {"text", test_text},     {"outbox", test_outbox},
	{"log-limit", test_log_limit}, {"placeholder", test_placeholder}, {"socket", test_socket},
	{"picture-delay", test_picture_delay},
};

int main(int count, char **arguments)
{
	unsigned ran = 0;
	for (size_t index = 0; index < sizeof(FILES) / sizeof(FILES[0]); index++) {
		if (count > 1 && strcmp(arguments[1], FILES[index].name) != 0)
			continue;
		const unsigned before = check_count();
		FILES[index].run();
		printf("%-14s %u checks\n", FILES[index].name, check_count() - before);
		ran++;
	}
	if (ran == 0) {
		fprintf(stderr, "lipcam_tests: no tests named %s\n", arguments[1]);
		return 2;
	}
	printf("%u failed\n", check_failures());
	return check_failures() == 0 ? 0 : 1;
}
