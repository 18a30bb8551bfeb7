// SPDX-License-Identifier: GPL-2.0
/* The features of newer CPUs in a program of root's Linux, see feature_probe.h. */
#include <stdio.h>
#include <sys/prctl.h>

#define say printf
#include <feature_probe.h>

int main(void)
{
	if (feature_has_sve() && prctl(PR_SVE_SET_VL, FEATURE_VL) < 0) {
		perror("PR_SVE_SET_VL");
		return 1;
	}
	feature_probe();
	return 0;
}
