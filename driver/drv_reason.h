/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why something failed, in words: the sentence that travels up with an error
 * code, to the log and to the caller of an ioctl. It names the object, the
 * reason and the remedy.
 */
#pragma once

#include <linux/compiler_attributes.h>

#include <jailhouse/ioctl.h>

/** Write the sentence and return `code`, a negative errno. */
int __printf(3, 4) drv_reason_set(struct jailhouse_reason *why, int code, const char *format, ...);

/** Add words to a sentence that is already there. */
void __printf(2, 3) drv_reason_append(struct jailhouse_reason *why, const char *format, ...);

/** Put "<what>: " in front of the sentence. */
void drv_reason_prefix(struct jailhouse_reason *why, const char *what);

/** A sentence for a bare errno, for those who gave no reason. */
const char *drv_reason_of_code(int code);
