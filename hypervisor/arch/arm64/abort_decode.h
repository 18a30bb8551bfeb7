/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Data abort syndromes (Arm ARM D19.2.40, ISS for Data Aborts). Pure.
 */
#pragma once

#include <arch/sysregs.h>
#include <hyp/base.h>

#define ABORT_DECODABLE_MASK (ESR_DABT_ISV | ESR_DABT_CM | ESR_ABORT_S1PTW)

/**
 * False if the syndrome does not describe an access of the instruction itself
 * (ISV = 0: pairs, write-back, vector registers, exclusives; or cache
 * maintenance, or a table walk), so that it cannot be performed in its place.
 */
static inline bool abort_is_decodable(u64 esr)
{
	return (esr & ABORT_DECODABLE_MASK) == ESR_DABT_ISV;
}

/** Bytes accessed: 1, 2, 4 or 8. */
static inline u8 abort_size(u64 esr)
{
	return (u8)(1u << (esr >> 22 & 3));
}

/** General register, 31 is XZR. */
static inline u32 abort_register(u64 esr)
{
	return esr >> 16 & 31;
}

/** The part of a register that a store writes. */
static inline u64 abort_store_value(u64 esr, u64 reg)
{
	u32 unused_bits = 64 - 8u * abort_size(esr);

	return reg << unused_bits >> unused_bits;
}

/** What a load of `value` leaves in its register: sign-extended (SSE) or not,
 *  to 64 (SF) or 32 bits. */
static inline u64 abort_load_result(u64 esr, u64 value)
{
	u32 unused_bits = 64 - 8u * abort_size(esr);

	if (esr & BIT(21))
		value = (u64)((s64)(value << unused_bits) >> unused_bits);
	else
		value = value << unused_bits >> unused_bits;
	return esr & BIT(15) ? value : (u32)value;
}

/** "translation fault" and the like for a fault status code. */
const char *abort_status_name(u64 esr);
