/**
 * The side of the reader that OBS's threads call: begins and ends its thread, sets flags, wakes it.
 */
#include "reader-loop.h"

#include <stdio.h>
#include <string.h>
#include <util/platform.h>

static bool start(struct lipcam_reader *reader)
{
	if (!lipcam_waker_open(&reader->waker))
		return false;
	if (pthread_mutex_init(&reader->path_lock, NULL) == 0) {
		if (pthread_create(&reader->thread, NULL, lipcam_reader_run, reader) == 0)
			return true;
		pthread_mutex_destroy(&reader->path_lock);
	}
	lipcam_waker_close(&reader->waker);
	return false;
}

struct lipcam_reader *lipcam_reader_create(obs_source_t *source, const char *path, bool deactivates_when_hidden)
{
	struct lipcam_reader *reader = bzalloc(sizeof(*reader));
	reader->source = source;
	reader->descriptor = -1;
	reader->wanted_media = true;
	snprintf(reader->next_path, sizeof(reader->next_path), "%s", path);
	reader->is_path_new = true;
	atomic_init(&reader->is_stopping, false);
	atomic_init(&reader->lost_press_count, 0);
	lipcam_parser_init(&reader->parser);
	lipcam_delivery_init(&reader->delivery, source);
	if (lipcam_outbox_init(&reader->outbox)) {
		lipcam_outbox_set_deactivates(&reader->outbox, deactivates_when_hidden);
		if (start(reader))
			return reader;
		lipcam_outbox_destroy(&reader->outbox);
	}
	bfree(reader);
	return NULL;
}

void lipcam_reader_destroy(struct lipcam_reader *reader)
{
	atomic_store(&reader->is_stopping, true);
	lipcam_waker_wake(&reader->waker);
	pthread_join(reader->thread, NULL);
	blog(LOG_INFO, "[lipcam] '%s': ended after %llu pictures (%llu dropped) and %llu sounds",
	     obs_source_get_name(reader->source), (unsigned long long)reader->delivery.picture_count,
	     (unsigned long long)reader->delivery.dropped_picture_count,
	     (unsigned long long)reader->delivery.sound_count);
	pthread_mutex_destroy(&reader->path_lock);
	lipcam_waker_close(&reader->waker);
	lipcam_outbox_destroy(&reader->outbox);
	bfree(reader);
}

void lipcam_reader_set_path(struct lipcam_reader *reader, const char *path)
{
	pthread_mutex_lock(&reader->path_lock);
	const bool is_other = strcmp(reader->next_path, path) != 0;
	if (is_other) {
		snprintf(reader->next_path, sizeof(reader->next_path), "%s", path);
		reader->is_path_new = true;
	}
	pthread_mutex_unlock(&reader->path_lock);
	if (is_other)
		lipcam_waker_wake(&reader->waker);
}

void lipcam_reader_set_deactivates(struct lipcam_reader *reader, bool deactivates_when_hidden)
{
	lipcam_outbox_set_deactivates(&reader->outbox, deactivates_when_hidden);
	lipcam_waker_wake(&reader->waker);
}

void lipcam_reader_set_showing(struct lipcam_reader *reader, bool is_showing)
{
	lipcam_outbox_set_showing(&reader->outbox, is_showing);
	lipcam_waker_wake(&reader->waker);
}

void lipcam_reader_set_active(struct lipcam_reader *reader, bool is_active)
{
	lipcam_outbox_set_active(&reader->outbox, is_active);
	lipcam_waker_wake(&reader->waker);
}

void lipcam_reader_press(struct lipcam_reader *reader, enum lipcam_hotkey hotkey)
{
	if (!lipcam_outbox_press(&reader->outbox, hotkey, os_gettime_ns()))
		atomic_fetch_add(&reader->lost_press_count, 1);
	lipcam_waker_wake(&reader->waker);
}
