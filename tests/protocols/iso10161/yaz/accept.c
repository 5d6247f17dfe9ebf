/* Reads APDUs from standard input, each with its length before it (four octets, the highest first).
 * Writes a line for each: "yes" and what libyaz makes of it, in hexadecimal; or "no" and why.
 */
#include <stdio.h>
#include <stdlib.h>
#include <yaz/ill.h>

static void judge(char *octets, int size)
{
    ODR in = odr_createmem(ODR_DECODE), out = odr_createmem(ODR_ENCODE);
    ILL_APDU *apdu = 0;

    odr_setbuf(in, octets, size, 0);
    if (!ill_APDU(in, &apdu, 0, 0)) {
        const char **path = odr_get_element_path(in);
        printf("no %s", odr_errmsg(odr_geterror(in)));
        for (; *path; path++)
            printf("/%s", *path);
        printf("\n");
    } else if (!ill_APDU(out, &apdu, 0, 0)) {
        printf("no it reads this and cannot write it: %s\n", odr_errmsg(odr_geterror(out)));
    } else {
        int written, i;
        unsigned char *again = (unsigned char *) odr_getbuf(out, &written, 0);
        printf("yes ");
        for (i = 0; i < written; i++)
            printf("%02x", again[i]);
        printf("\n");
    }
    odr_destroy(in);
    odr_destroy(out);
}

int main(void)
{
    unsigned char length[4];

    while (fread(length, 1, 4, stdin) == 4) {
        int size = length[0] << 24 | length[1] << 16 | length[2] << 8 | length[3];
        char *octets = malloc(size);
        if (!octets || fread(octets, 1, size, stdin) != (size_t) size)
            return 1;
        judge(octets, size);
        free(octets);
    }
    return 0;
}
