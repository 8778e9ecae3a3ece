/**
 * Pictures and sounds on their last steps to OBS, which copies both before its functions return.
 */
#include "delivery.h"

#include <stdlib.h>
#include <string.h>
#include <util/platform.h>

/* the size of the placeholder before there was any picture */
#define FIRST_WIDTH 1280
#define FIRST_HEIGHT 720

/*
 * OBS shows one picture of those it got since its last frame and keeps up to 30: 1.2 GB of the largest. A stall of its
 * own of a second must lose nothing at usual sizes and rates; a flood of large pictures must not take its memory.
 */
#define PICTURES_PER_TICK_MAX 24
#define PICTURE_BYTES_PER_TICK_MAX (256u << 20)

/*
 * Sound that is late makes OBS delay the sound of the whole programme by as much, up to a second, until it is started
 * anew. A Lipcam that was stopped for a while sends such sound when it goes on.
 */
#define SOUND_LATE_NS_MAX INT64_C(200000000)
#define SOUND_EARLY_NS_MAX INT64_C(1000000000)
/* for the delay of pictures to be known */
#define SOUND_WAIT_NS_MAX INT64_C(1000000000)

void lipcam_delivery_init(struct lipcam_delivery *delivery, obs_source_t *source)
{
	memset(delivery, 0, sizeof(*delivery));
	delivery->source = source;
	delivery->width = FIRST_WIDTH;
	delivery->height = FIRST_HEIGHT;
	atomic_init(&delivery->pictures_in_tick, 0);
	atomic_init(&delivery->bytes_in_tick, 0);
	lipcam_picture_delay_init(&delivery->delay);
}

void lipcam_delivery_restart(struct lipcam_delivery *delivery)
{
	lipcam_picture_delay_restart(&delivery->delay);
	delivery->first_sound_ns = 0;
}

void lipcam_delivery_tick(struct lipcam_delivery *delivery)
{
	atomic_store_explicit(&delivery->pictures_in_tick, 0, memory_order_relaxed);
	atomic_store_explicit(&delivery->bytes_in_tick, 0, memory_order_relaxed);
	lipcam_picture_delay_frame(&delivery->delay, obs_get_video_frame_time());
}

static void output(struct lipcam_delivery *delivery, uint8_t *planes, uint64_t timestamp_ns,
		   enum video_colorspace colour_space)
{
	const size_t pixels = (size_t)delivery->width * delivery->height;
	struct obs_source_frame frame;
	memset(&frame, 0, sizeof(frame));
	frame.width = delivery->width;
	frame.height = delivery->height;
	frame.timestamp = timestamp_ns == 0 ? os_gettime_ns() : timestamp_ns;
	frame.format = delivery->has_alpha ? VIDEO_FORMAT_I40A : VIDEO_FORMAT_I420;
	frame.data[0] = planes;
	frame.data[1] = planes + pixels;
	frame.data[2] = frame.data[1] + pixels / 4;
	frame.linesize[0] = delivery->width;
	frame.linesize[1] = delivery->width / 2;
	frame.linesize[2] = delivery->width / 2;
	if (delivery->has_alpha) {
		frame.data[3] = frame.data[2] + pixels / 4;
		frame.linesize[3] = delivery->width;
		/* without it OBS weighs the picture and what is below it differently: dark seams around the avatar */
		frame.flags = OBS_SOURCE_FRAME_LINEAR_ALPHA;
	}
	video_format_get_parameters(colour_space, VIDEO_RANGE_PARTIAL, frame.color_matrix, frame.color_range_min,
				    frame.color_range_max);
	obs_source_output_video(delivery->source, &frame);
}

bool lipcam_deliver_video(struct lipcam_delivery *delivery, const struct lipcam_message *message)
{
	if (atomic_load_explicit(&delivery->pictures_in_tick, memory_order_relaxed) >= PICTURES_PER_TICK_MAX ||
	    atomic_load_explicit(&delivery->bytes_in_tick, memory_order_relaxed) >= PICTURE_BYTES_PER_TICK_MAX) {
		delivery->dropped_picture_count++;
		return false;
	}
	atomic_fetch_add_explicit(&delivery->pictures_in_tick, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&delivery->bytes_in_tick, message->body_bytes, memory_order_relaxed);
	delivery->width = message->video.width;
	delivery->height = message->video.height;
	delivery->has_alpha = message->video.format == LIPCAM_I420_ALPHA;
	output(delivery, message->body, message->header.timestamp_ns,
	       message->video.colour == LIPCAM_BT709 ? VIDEO_CS_709 : VIDEO_CS_601);
	lipcam_picture_delay_handed(&delivery->delay, message->header.timestamp_ns);
	delivery->picture_count++;
	return true;
}

/** Half the time between two frames of OBS, which is how late a picture is in the mean; 0 while it has no video. */
static uint64_t half_frame_ns(void)
{
	struct obs_video_info video;
	if (!obs_get_video_info(&video) || video.fps_num == 0)
		return 0;
	return UINT64_C(500000000) * video.fps_den / video.fps_num;
}

/**
 * How much later the sound is stamped; -1: not to be sent yet. Measured in recordings (flash and click of one unit, OBS and
 * Lipcam at 25 a second, five phases): with half a frame of OBS for all of them, sound 8 ms before the picture in the mean
 * and up to 37 ms; OBS's own media source, which does nothing of the kind: 58 ms before.
 */
static int64_t sound_delay_ns(struct lipcam_delivery *delivery, uint64_t now_ns)
{
	const int64_t known_ns = lipcam_picture_delay_ns(&delivery->delay);
	if (known_ns >= 0)
		return known_ns;
	if (delivery->first_sound_ns == 0)
		delivery->first_sound_ns = now_ns;
	/* no pictures come, or none that OBS shows */
	return now_ns - delivery->first_sound_ns > SOUND_WAIT_NS_MAX ? (int64_t)half_frame_ns() : -1;
}

bool lipcam_deliver_audio(struct lipcam_delivery *delivery, const struct lipcam_message *message, int64_t *late_ns)
{
	const uint64_t now_ns = os_gettime_ns();
	const uint64_t due_ns = message->header.timestamp_ns == 0 ? now_ns : message->header.timestamp_ns;
	*late_ns = (int64_t)(now_ns - due_ns); /* wraps for any due time, and is then refused as well */
	if (*late_ns > SOUND_LATE_NS_MAX || *late_ns < -SOUND_EARLY_NS_MAX)
		return false;
	const int64_t delay_ns = sound_delay_ns(delivery, now_ns);
	if (delay_ns < 0)
		return true;
	lipcam_samples_clean((float *)(void *)message->body, message->audio.frames);
	struct obs_source_audio sound;
	memset(&sound, 0, sizeof(sound));
	sound.data[0] = message->body;
	sound.frames = message->audio.frames;
	sound.speakers = SPEAKERS_MONO;
	sound.format = AUDIO_FORMAT_FLOAT;
	sound.samples_per_sec = message->audio.sample_rate_hz;
	sound.timestamp = due_ns + (uint64_t)delay_ns;
	obs_source_output_audio(delivery->source, &sound);
	delivery->sound_count++;
	return true;
}

void lipcam_deliver_placeholder(struct lipcam_delivery *delivery, enum lipcam_caption caption)
{
	const size_t bytes = lipcam_placeholder_bytes(delivery->width, delivery->height, delivery->has_alpha);
	uint8_t *planes = malloc(bytes); /* the size came from outside: bmalloc would end OBS where memory ends */
	if (!planes)
		return;
	lipcam_placeholder_draw(planes, delivery->width, delivery->height, delivery->has_alpha, caption);
	output(delivery, planes, 0, VIDEO_CS_601);
	free(planes);
}
