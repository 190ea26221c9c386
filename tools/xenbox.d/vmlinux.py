"""vmlinux.py BZIMAGE OUT -- takes the kernel's ELF file out of a bzImage.

The header's fields are those of Linux' Documentation/x86/boot.rst: the number
of setup sectors at 0x1f1, the payload's offset and length at 0x248.
"""
import lzma
import struct
import sys

image = open(sys.argv[1], "rb").read()
start = ((image[0x1F1] or 4) + 1) * 512
offset, length = struct.unpack("<II", image[0x248:0x250])
payload = image[start + offset:start + offset + length]
if payload[:6] != b"\xfd7zXZ\0":
    sys.exit(f"{sys.argv[1]}: payload is not xz")
with open(sys.argv[2], "wb") as out:
    out.write(lzma.LZMADecompressor().decompress(payload))
