; The smallest kernel: it prints a line on port 0xE9 and stops.
        bits 32
        org 0x100000

        mov esi, text
next:
        lodsb
        test al, al
        jz done
        out 0xE9, al
        jmp next
done:
        cli
        hlt

text:
        db "Hello from ring 0", 10, 0
