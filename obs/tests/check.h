/** The few words of a test: CHECK(condition), and one function for each file of tests. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)

/** Counts, and says what failed. */
void check(bool is_true, const char *text, const char *file, int line);
/** How many checks failed, and how many there were. */
unsigned check_failures(void);
unsigned check_count(void);
/** Next number of a simple generator that is the same on every machine. */
uint32_t check_random(uint32_t *state);

void test_log_limit(void);
void test_outbox(void);
void test_parser(void);
void test_picture_delay(void);
void test_placeholder(void);
void test_protocol(void);
void test_socket(void);
void test_text(void);
