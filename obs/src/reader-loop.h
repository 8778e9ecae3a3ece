/** What the reader's thread runs, for reader.c, which starts it. */
#pragma once

#include "reader.h"

/** Runs until is_stopping; `data` is the struct lipcam_reader. */
void *lipcam_reader_run(void *data);
