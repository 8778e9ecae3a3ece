/**
 * The three keys of a source: panic, hold, interrupt. OBS lets the user bind them and calls us from whichever thread it
 * likes; we pass the press on to the reader, which does not wait.
 */
#pragma once

#include "reader.h"

#define LIPCAM_HOTKEY_COUNT 3

struct lipcam_hotkeys {
	obs_hotkey_id ids[LIPCAM_HOTKEY_COUNT];
};

void lipcam_hotkeys_register(struct lipcam_hotkeys *hotkeys, obs_source_t *source, struct lipcam_reader *reader);
/** After this no press is on its way any more, so that the reader may be destroyed. */
void lipcam_hotkeys_unregister(struct lipcam_hotkeys *hotkeys);
