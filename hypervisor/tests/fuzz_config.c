/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Coverage-guided fuzzing of the config validator with clang's libFuzzer:
 *
 *   make build/unit/hypervisor/fuzz_config
 *   build/unit/hypervisor/fuzz_config -max_len=65536 build/unit/hypervisor/bad_configs/cell
 *
 * Not part of `make check`, which has random mutations with a seed.
 */
#include <stdint.h>
#include <stdlib.h>

#include <jailhouse/config-check.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jailhouse_config_finding finding;

	if (jailhouse_config_check_cell(data, size, true, &finding) &&
	    jailhouse_config_full_size((const void *)data) != size)
		abort();
	if (jailhouse_config_check_system(data, size, &finding) !=
	    (finding.rule == JAILHOUSE_CFG_OK))
		abort();
	return 0;
}
