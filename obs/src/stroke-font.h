/**
 * A font of strokes, made for the few words of the placeholder: lines and arcs on a grid where small letters are 1 high.
 * Text in, line segments out; no memory, no libobs.
 */
#pragma once

#include <stddef.h>

/** A piece of a stroke; y grows downwards, the base line is y = 0. */
struct lipcam_segment {
	float x0, y0, x1, y1;
};

/** Segments one letter has at most. */
#define LIPCAM_LETTER_SEGMENTS_MAX 128

/** Segments of the letter; letters the font does not have are blank. *advance is the room it takes with the gap after it. */
size_t lipcam_letter(char letter, struct lipcam_segment *segments, float *advance);
/** Width of a line of text, without the gap after its last letter. */
float lipcam_text_width(const char *text);
/** Segments of an arc from one angle to another (degrees, counter-clockwise, 0 is right); answers how many. */
size_t lipcam_arc(struct lipcam_segment *segments, float x, float y, float radius, float from_degrees,
		  float to_degrees);
