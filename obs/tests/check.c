/** Counts checks and says which failed. One thread. */
#include "check.h"

#include <stdio.h>

static unsigned failures;
static unsigned count;

void check(bool is_true, const char *text, const char *file, int line)
{
	count++;
	if (is_true)
		return;
	failures++;
	fprintf(stderr, "%s:%d: wanted %s\n", file, line, text);
}

unsigned check_failures(void)
{
	return failures;
}

unsigned check_count(void)
{
	return count;
}

uint32_t check_random(uint32_t *state)
{
	*state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
	return *state >> 8;
}
