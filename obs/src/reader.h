/**
 * One thread for each source: keeps the connection to Lipcam, hands what arrives to OBS, sends what OBS has to say, and
 * shows the placeholder where nothing arrives.
 *
 * OBS's own threads only set flags here and wake the thread; they wait for nothing but lipcam_reader_destroy, which
 * wakes and joins it. The thread waits for the socket, the waker and its own timers in one place and nowhere else.
 */
#pragma once

#include "delivery.h"
#include "log-limit.h"
#include "outbox.h"
#include "parser.h"
#include "socket.h"

#include <obs-module.h>
#include <pthread.h>
#include <stdatomic.h>

enum lipcam_picture { LIPCAM_PICTURE_NONE, LIPCAM_PICTURE_LIVE, LIPCAM_PICTURE_PLACEHOLDER };

struct lipcam_reader {
	obs_source_t *source;
	struct lipcam_outbox outbox;
	struct lipcam_waker waker;
	pthread_t thread;
	atomic_bool is_stopping;
	atomic_uint lost_press_count;
	pthread_mutex_t path_lock; /* for the next two */
	char next_path[LIPCAM_PATH_BYTES_MAX];
	bool is_path_new;

	/* from here on the thread's own, but for delivery's tick */
	struct lipcam_delivery delivery;
	struct lipcam_parser parser;
	struct lipcam_log_limit log_limit;
	char path[LIPCAM_PATH_BYTES_MAX];
	int descriptor; /* -1: not connected */
	bool has_hello;
	bool has_said_waiting;
	bool wanted_media;
	uint64_t try_at_ns;
	enum lipcam_picture picture;
	enum lipcam_caption caption; /* of the placeholder shown */
	/** Since when nothing new can be said about the picture. */
	uint64_t quiet_since_ns;
};

/** Starts the thread; NULL where the system gives none. */
struct lipcam_reader *lipcam_reader_create(obs_source_t *source, const char *path, bool deactivates_when_hidden);
/** Ends the thread within the time of the call into OBS it may be in. */
void lipcam_reader_destroy(struct lipcam_reader *reader);
/** Another path means another connection; the same one changes nothing. Never blocks. */
void lipcam_reader_set_path(struct lipcam_reader *reader, const char *path);
void lipcam_reader_set_deactivates(struct lipcam_reader *reader, bool deactivates_when_hidden);
void lipcam_reader_set_showing(struct lipcam_reader *reader, bool is_showing);
void lipcam_reader_set_active(struct lipcam_reader *reader, bool is_active);
void lipcam_reader_press(struct lipcam_reader *reader, enum lipcam_hotkey hotkey);
