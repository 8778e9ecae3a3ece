/**
 * What goes from OBS to Lipcam: hello, visibility, hotkeys.
 *
 * In, from any of OBS's threads: flags and key presses, under a lock that is held for a few instructions. Out, on the
 * reader thread only: bytes of the stream. Limits: the latest visibility counts, at most LIPCAM_PRESSES_MAX presses wait
 * (further ones are dropped and counted), at most LIPCAM_OUTBOX_BYTES bytes are encoded. No libobs, never blocks.
 */
#pragma once

#include "protocol.h"

#include <pthread.h>

#define LIPCAM_PRESSES_MAX 16
#define LIPCAM_OUTBOX_BYTES 8192

struct lipcam_press {
	uint32_t hotkey;
	uint64_t pressed_ns;
};

struct lipcam_outbox {
	pthread_mutex_t lock; /* for the next six */
	bool is_showing;
	bool is_active;
	bool deactivates_when_hidden;
	bool is_visibility_new;
	struct lipcam_press presses[LIPCAM_PRESSES_MAX];
	uint32_t press_count;

	uint8_t bytes[LIPCAM_OUTBOX_BYTES]; /* from here on the reader thread's own */
	size_t sent_bytes;
	size_t filled_bytes;
	uint32_t sequence;
};

bool lipcam_outbox_init(struct lipcam_outbox *outbox);
void lipcam_outbox_destroy(struct lipcam_outbox *outbox);

void lipcam_outbox_set_showing(struct lipcam_outbox *outbox, bool is_showing);
void lipcam_outbox_set_active(struct lipcam_outbox *outbox, bool is_active);
void lipcam_outbox_set_deactivates(struct lipcam_outbox *outbox, bool deactivates_when_hidden);
/** False where too many wait already. */
bool lipcam_outbox_press(struct lipcam_outbox *outbox, enum lipcam_hotkey hotkey, uint64_t now_ns);
/** False while the source is hidden and is to be left alone then. */
bool lipcam_outbox_wants_media(struct lipcam_outbox *outbox);

/** A new connection: forgets what was half sent and begins with this hello; the visibility follows it. */
void lipcam_outbox_begin(struct lipcam_outbox *outbox, const char *hello, size_t hello_bytes);
/** Forgets presses, for there is nobody to send them to; answers how many. */
uint32_t lipcam_outbox_forget_presses(struct lipcam_outbox *outbox);
/** The bytes to send next, 0 where there are none. */
size_t lipcam_outbox_next(struct lipcam_outbox *outbox, const uint8_t **bytes);
void lipcam_outbox_sent(struct lipcam_outbox *outbox, size_t count);
