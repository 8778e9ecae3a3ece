/** What the reader says in OBS's log: one line for each reason, "[lipcam] 'source': ...". Reader thread only. */
#pragma once

#include "reader.h"

#if defined(__GNUC__)
#define LIPCAM_PRINTF(format_at, arguments_at) __attribute__((format(printf, format_at, arguments_at)))
#else
#define LIPCAM_PRINTF(format_at, arguments_at)
#endif

/** Writes the line, unless one for the same reason was written within five seconds. */
LIPCAM_PRINTF(4, 5)
void lipcam_say(struct lipcam_reader *reader, int level, unsigned reason, const char *format, ...);
/** The fault of the parser, with what mends it. */
void lipcam_say_fault(struct lipcam_reader *reader);
/** Says who is there; false where the hello cannot be used. */
bool lipcam_say_hello(struct lipcam_reader *reader);
