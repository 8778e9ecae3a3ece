/** How much later than its timestamp a picture is shown; see the header. */
#include "picture-delay.h"

/* a picture that is shown this late was late already when it came: no measure of the next one's way */
#define LATE_NS_MAX INT64_C(200000000)
/* OBS's frame is timed by its schedule: it may show what came a little after that time */
#define EARLY_NS_MAX INT64_C(50000000)

void lipcam_picture_delay_init(struct lipcam_picture_delay *delay)
{
	atomic_init(&delay->newest_ns, 0);
	atomic_init(&delay->known_ns, -1);
	delay->seen_ns = 0;
	delay->sum_ns = 0;
	delay->count = 0;
}

void lipcam_picture_delay_restart(struct lipcam_picture_delay *delay)
{
	atomic_store(&delay->known_ns, -1);
	atomic_store(&delay->newest_ns, 0);
}

void lipcam_picture_delay_handed(struct lipcam_picture_delay *delay, uint64_t picture_ns)
{
	atomic_store(&delay->newest_ns, picture_ns);
}

void lipcam_picture_delay_frame(struct lipcam_picture_delay *delay, uint64_t frame_ns)
{
	const uint64_t newest_ns = atomic_load(&delay->newest_ns);
	if (newest_ns == 0) { /* between two connections */
		delay->seen_ns = 0;
		delay->sum_ns = 0;
		delay->count = 0;
		return;
	}
	if (newest_ns == delay->seen_ns || delay->count == LIPCAM_DELAY_PICTURES)
		return;
	delay->seen_ns = newest_ns;
	const int64_t late_ns = (int64_t)(frame_ns - newest_ns);
	if (late_ns > LATE_NS_MAX || late_ns < -EARLY_NS_MAX)
		return;
	delay->sum_ns += late_ns;
	delay->count++;
	if (delay->count == LIPCAM_DELAY_PICTURES) {
		const int64_t mean_ns = delay->sum_ns / LIPCAM_DELAY_PICTURES;
		atomic_store(&delay->known_ns, mean_ns < 0 ? 0 : mean_ns);
	}
}

int64_t lipcam_picture_delay_ns(const struct lipcam_picture_delay *delay)
{
	return atomic_load(&delay->known_ns);
}
