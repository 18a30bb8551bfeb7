/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few string functions that freestanding C lets the compiler call or that
 * the hypervisor needs. Contracts as in ISO C.
 */
#pragma once

#include <hyp/base.h>

void *memcpy(void *dest, const void *src, size_t n);
void *memmove(void *dest, const void *src, size_t n);
void *memset(void *s, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
