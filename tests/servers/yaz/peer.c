/* A system that speaks ISO 10161 by TCP, on libyaz. It listens on a free port of 127.0.0.1 and says which.
 * Of each APDU it says its number and its octets, or that it cannot read it; of each connection, its end.
 * With the argument "answer" it sends each one back as it would write it itself.
 */
#include <stdio.h>
#include <string.h>
#include <yaz/comstack.h>
#include <yaz/ill.h>

static int answered(COMSTACK line, char *octets, int size, int answer)
{
    ODR in = odr_createmem(ODR_DECODE), out = odr_createmem(ODR_ENCODE);
    ILL_APDU *apdu = 0;
    int i, written, left = 1;

    odr_setbuf(in, octets, size, 0);
    printf("%d ", ill_APDU(in, &apdu, 0, 0) ? apdu->which : 0);
    for (i = 0; i < size; i++)
        printf("%02x", (unsigned char) octets[i]);
    printf("\n");
    if (answer && apdu && ill_APDU(out, &apdu, 0, 0)) {
        char *again = odr_getbuf(out, &written, 0);
        left = cs_put(line, again, written) == 0;
    }
    odr_destroy(in);
    odr_destroy(out);
    return left;
}

int main(int argc, char **argv)
{
    void *where;
    COMSTACK port = cs_create_host(argv[1], 1, &where), line;
    int size, answer = argc > 2 && !strcmp(argv[2], "answer");

    setvbuf(stdout, 0, _IOLBF, 0);
    if (!port || cs_bind(port, where, CS_SERVER) < 0)
        return 1;
    printf("listening\n");
    while (cs_listen(port, 0, 0) == 0 && (line = cs_accept(port))) {
        char *octets = 0;
        int room = 0;
        while ((size = cs_get(line, &octets, &room)) > 0 && answered(line, octets, size, answer))
            ;
        printf(size == 0 ? "end\n" : "broken\n");
        cs_close(line);
    }
    return 2;
}
