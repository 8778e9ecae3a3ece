/** The source "Lipcam" as OBS knows it (id lipcam_source), for plugin-main.c, which registers it. */
#pragma once

#include <obs-module.h>

extern const struct obs_source_info lipcam_source_info;
