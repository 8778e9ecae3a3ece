/**
 * Keeps a fault that repeats from filling OBS's log: one line for each reason in five seconds, and the next line says how
 * many were left out. No libobs. One thread.
 */
#pragma once

#include "protocol.h"

#define LIPCAM_LOG_INTERVAL_NS UINT64_C(5000000000)

/** Reasons of the reader; the faults of the protocol have the numbers before them. */
enum lipcam_reason {
	LIPCAM_REASON_WAITING = LIPCAM_FAULT_COUNT,
	LIPCAM_REASON_CONNECTED,
	LIPCAM_REASON_CLOSED,
	LIPCAM_REASON_BYE,
	LIPCAM_REASON_PATH,
	LIPCAM_REASON_FOREIGN,
	LIPCAM_REASON_CONNECT,
	LIPCAM_REASON_NO_PICTURE,
	LIPCAM_REASON_UNTIMELY_SOUND,
	LIPCAM_REASON_TOO_MANY_PICTURES,
	LIPCAM_REASON_PRESS_LOST,
	LIPCAM_REASON_COUNT,
};

struct lipcam_log_limit {
	uint64_t last_ns[LIPCAM_REASON_COUNT]; /* 0: never */
	uint64_t left_out[LIPCAM_REASON_COUNT];
};

/** Whether a line for this reason may be written now; *left_out says how many were not since the last one. */
bool lipcam_log_allows(struct lipcam_log_limit *limit, unsigned reason, uint64_t now_ns, uint64_t *left_out);
