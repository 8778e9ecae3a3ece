/**
 * The picture shown while there is none from Lipcam: a dark calm ground, a mark (a lens with a mouth in it) and a line of
 * words. Drawn by computation at any size, so no picture file has to be found.
 *
 * Out: I420 planes, BT.601 limited range, tight, with an alpha plane behind them where wanted: then it is a small card on
 * nothing, because an avatar with transparency stands over something one does not want covered. No libobs, no memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lipcam_caption { LIPCAM_CAPTION_NOT_RUNNING, LIPCAM_CAPTION_WAITING };

/** Bytes of the planes; sides even, 64..4096. */
size_t lipcam_placeholder_bytes(uint32_t width, uint32_t height, bool has_alpha);
void lipcam_placeholder_draw(uint8_t *planes, uint32_t width, uint32_t height, bool has_alpha,
			     enum lipcam_caption caption);
