/**
 * Hands pictures and sounds to OBS. In: whole messages; out: obs_source_output_video/audio. Reader thread only, but for
 * lipcam_delivery_tick.
 *
 * Timestamps pass through (CLOCK_MONOTONIC, which is os_gettime_ns). What a hostile or stopped writer could do to the rest
 * of OBS with them is bounded here: see lipcam_deliver_video and lipcam_deliver_audio.
 */
#pragma once

#include "parser.h"
#include "picture-delay.h"
#include "placeholder.h"

#include <obs-module.h>
#include <stdatomic.h>

struct lipcam_delivery {
	obs_source_t *source;
	uint32_t width; /* of the last picture */
	uint32_t height;
	bool has_alpha;
	atomic_uint pictures_in_tick;
	atomic_uint bytes_in_tick; /* below 300 MB */
	uint64_t picture_count;
	uint64_t dropped_picture_count;
	uint64_t sound_count;
	struct lipcam_picture_delay delay;
	uint64_t first_sound_ns; /* of this connection; 0 before it */
};

void lipcam_delivery_init(struct lipcam_delivery *delivery, obs_source_t *source);
/** A new connection: how late its pictures are shown is not known yet. Reader thread. */
void lipcam_delivery_restart(struct lipcam_delivery *delivery);
/** OBS begins a new frame. Its graphics thread. */
void lipcam_delivery_tick(struct lipcam_delivery *delivery);
/** False where the picture was dropped, because OBS got more of them than it can hold within one of its frames. */
bool lipcam_deliver_video(struct lipcam_delivery *delivery, const struct lipcam_message *message);
/**
 * False where the sound was dropped, because it is far from now: *late_ns, negative where it is early. The first half second
 * of a connection is silent: OBS keeps to the delay that a sound begins with, so it has to be the right one.
 */
bool lipcam_deliver_audio(struct lipcam_delivery *delivery, const struct lipcam_message *message, int64_t *late_ns);
/** Shows the placeholder at the size of the last picture. */
void lipcam_deliver_placeholder(struct lipcam_delivery *delivery, enum lipcam_caption caption);
