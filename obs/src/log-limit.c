/** One line for each reason in five seconds. */
#include "log-limit.h"

bool lipcam_log_allows(struct lipcam_log_limit *limit, unsigned reason, uint64_t now_ns, uint64_t *left_out)
{
	uint64_t *last_ns = &limit->last_ns[reason];
	if (*last_ns != 0 && now_ns - *last_ns < LIPCAM_LOG_INTERVAL_NS) {
		limit->left_out[reason]++;
		return false;
	}
	*last_ns = now_ns;
	*left_out = limit->left_out[reason];
	limit->left_out[reason] = 0;
	return true;
}
