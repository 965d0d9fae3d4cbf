/* tlscert.h - a certificate authority and a server certificate, made in memory at the start. */
#ifndef SIM_TLSCERT_H
#define SIM_TLSCERT_H

#include <stdbool.h>

struct tls_cert {
    char *ca_pem, *cert_pem, *key_pem;
};

/* `fault` NULL makes a good one for 127.0.0.1, ::1 and localhost; "expired", "wrong-name", "self-signed" a bad one.
 */
bool tls_cert_make(struct tls_cert *c, const char *fault);
bool tls_fault_known(const char *fault);
void tls_cert_clear(struct tls_cert *c);

#endif
