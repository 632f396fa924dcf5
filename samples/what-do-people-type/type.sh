#!/usr/bin/env bash
# Somebody at a terminal: gives each argument to an interactive bash as a line, a while after the one before. readline returns each.
for line in "$@" exit; do
    sleep 0.3
    printf '%s\n' "$line"
done | script -qec 'bash --norc --noprofile -i' /dev/null >/dev/null 2>&1
exit 0
