/**
 * How much later than its timestamp a picture is shown by OBS: the time to OBS's next frame, constant where both run at one
 * rate, anything up to a frame where they do not. The sound is stamped later by as much, so that both meet in a recording.
 *
 * In: times of pictures (reader thread) and of OBS's frames (its graphics thread). Out: the mean delay once enough of them
 * were seen. Without libobs.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** Pictures seen before the delay is known: a fifth of a second at 60 a second, half a second at 25. */
#define LIPCAM_DELAY_PICTURES 12

struct lipcam_picture_delay {
	_Atomic uint64_t newest_ns; /* of the newest picture handed to OBS; 0: none on this connection */
	_Atomic int64_t known_ns;   /* -1: not known yet */
	/* the graphics thread's own */
	uint64_t seen_ns;
	int64_t sum_ns;
	unsigned count;
};

void lipcam_picture_delay_init(struct lipcam_picture_delay *delay);
/** Another connection: what was known may not hold. Reader thread. */
void lipcam_picture_delay_restart(struct lipcam_picture_delay *delay);
/** A picture with this timestamp was handed to OBS. Reader thread. */
void lipcam_picture_delay_handed(struct lipcam_picture_delay *delay, uint64_t picture_ns);
/** OBS draws the frame of this time, with the newest picture in it. Graphics thread. */
void lipcam_picture_delay_frame(struct lipcam_picture_delay *delay, uint64_t frame_ns);
/** -1 while it is not known. Any thread. */
int64_t lipcam_picture_delay_ns(const struct lipcam_picture_delay *delay);
