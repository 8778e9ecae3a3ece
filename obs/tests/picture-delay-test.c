/** How late pictures are shown: known after some of them, from those alone that were in time. */
#include "check.h"

#include "picture-delay.h"

#define MS UINT64_C(1000000)

/** Pictures at one rate, OBS's frames at another, both in ms; OBS's first frame is `phase_ms` after the first picture. */
static void run(struct lipcam_picture_delay *delay, uint64_t picture_ms, uint64_t frame_ms, uint64_t phase_ms,
		unsigned ms)
{
	const uint64_t start_ms = 5000;
	for (uint64_t now_ms = 0; now_ms < ms; now_ms++) {
		if (now_ms % picture_ms == 0)
			lipcam_picture_delay_handed(delay, (start_ms + now_ms) * MS);
		if (now_ms >= phase_ms && (now_ms - phase_ms) % frame_ms == 0)
			lipcam_picture_delay_frame(delay, (start_ms + now_ms) * MS);
	}
}

void test_picture_delay(void)
{
	struct lipcam_picture_delay delay;
	lipcam_picture_delay_init(&delay);
	CHECK(lipcam_picture_delay_ns(&delay) == -1);
	lipcam_picture_delay_frame(&delay, 5000 * MS);
	CHECK(lipcam_picture_delay_ns(&delay) == -1);

	/* one rate: the phase itself */
	run(&delay, 40, 40, 31, 11 * 40 + 30);
	CHECK(lipcam_picture_delay_ns(&delay) == -1); /* eleven pictures shown */
	run(&delay, 40, 40, 31, 40 * 20);
	CHECK(lipcam_picture_delay_ns(&delay) == (int64_t)(31 * MS));

	/* kept for this connection, whatever comes */
	run(&delay, 40, 40, 3, 40 * 20);
	CHECK(lipcam_picture_delay_ns(&delay) == (int64_t)(31 * MS));

	/* another connection */
	lipcam_picture_delay_restart(&delay);
	CHECK(lipcam_picture_delay_ns(&delay) == -1);
	lipcam_picture_delay_frame(&delay, 1);
	run(&delay, 40, 40, 7, 40 * 20);
	CHECK(lipcam_picture_delay_ns(&delay) == (int64_t)(7 * MS));

	/* two rates: the mean, between nothing and a frame of OBS */
	lipcam_picture_delay_restart(&delay);
	lipcam_picture_delay_frame(&delay, 1);
	run(&delay, 40, 33, 0, 40 * 40);
	CHECK(lipcam_picture_delay_ns(&delay) > (int64_t)(10 * MS) && lipcam_picture_delay_ns(&delay) < (int64_t)(23 * MS));

	/* any timestamp of a hostile writer: not counted */
	lipcam_picture_delay_restart(&delay);
	lipcam_picture_delay_frame(&delay, 1);
	for (unsigned turn = 0; turn < 100; turn++) {
		lipcam_picture_delay_handed(&delay, turn % 2 ? UINT64_MAX - turn : turn + 1);
		lipcam_picture_delay_frame(&delay, 5000 * MS);
	}
	CHECK(lipcam_picture_delay_ns(&delay) == -1);

	/* OBS's frame is timed before the picture that came a moment later: no negative delay */
	lipcam_picture_delay_restart(&delay);
	lipcam_picture_delay_frame(&delay, 1);
	for (uint64_t turn = 0; turn < LIPCAM_DELAY_PICTURES; turn++) {
		lipcam_picture_delay_handed(&delay, (6000 + turn * 40) * MS);
		lipcam_picture_delay_frame(&delay, (5990 + turn * 40) * MS);
	}
	CHECK(lipcam_picture_delay_ns(&delay) == 0);
}
