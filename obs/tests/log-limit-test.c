/** One line for each reason in five seconds. */
#include "check.h"

#include "log-limit.h"

void test_log_limit(void)
{
	static struct lipcam_log_limit limit;
	uint64_t left_out = 9;
	CHECK(lipcam_log_allows(&limit, LIPCAM_REASON_CLOSED, 1, &left_out) && left_out == 0);
	CHECK(!lipcam_log_allows(&limit, LIPCAM_REASON_CLOSED, 2, &left_out));
	CHECK(!lipcam_log_allows(&limit, LIPCAM_REASON_CLOSED, LIPCAM_LOG_INTERVAL_NS, &left_out));
	CHECK(lipcam_log_allows(&limit, LIPCAM_REASON_BYE, 3, &left_out) && left_out == 0);
	CHECK(lipcam_log_allows(&limit, LIPCAM_REASON_CLOSED, LIPCAM_LOG_INTERVAL_NS + 1, &left_out));
	CHECK(left_out == 2);
	CHECK(!lipcam_log_allows(&limit, LIPCAM_REASON_CLOSED, LIPCAM_LOG_INTERVAL_NS + 2, &left_out));
}
