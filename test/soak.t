#!/bin/sh
# soak.t -- two minutes of tools/soak.
exec tools/soak --seconds 70
