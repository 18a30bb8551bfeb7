/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Data abort syndromes (Arm ARM D19.2.40, ISS for Data Aborts). Pure.
 */
#pragma once

#include <hyp/mmio.h>

/** What the syndrome tells about a trapped access. */
struct abort_access {
	struct mmio_access access;
	/* General register, 31 is XZR. */
	u8 reg;
	/* Loads: sign-extend from `access.size`; register is 64 bits wide. */
	bool sign_extend;
	bool wide;
};

/**
 * Decode ESR_EL2 of a data abort. False if the syndrome does not describe the
 * access (ISV = 0: pairs, write-back, vector registers, exclusives, cache
 * maintenance), so that it cannot be performed in its place.
 */
bool abort_decode(u64 esr, struct abort_access *out);

/** The value that a load leaves in its register. */
u64 abort_load_result(const struct abort_access *in);

/** "translation fault, level 2" and the like for a fault status code. */
const char *abort_status_name(u64 esr);
