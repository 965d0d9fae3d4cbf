#include "seal.h"

#include <inttypes.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "json.h"
#include "seal_private.h"
#include "text.h"

enum { SEALED_MAX = 8 << 10 }; /* a secret of SECRET_MAX bytes, escaped, and its envelope */

static void x509_auto(X509 **certificate) {
    X509_free(*certificate);
}

static void cms_auto(CMS_ContentInfo **cms) {
    CMS_ContentInfo_free(*cms);
}

static void bio_auto(BIO **bio) {
    BIO_free_all(*bio);
}

static X509 *read_certificate(const char *pem, struct err *err) {
    AUTO(bio_auto) BIO *in = BIO_new_mem_buf(pem, -1);
    X509 *certificate = in == NULL ? NULL : PEM_read_bio_X509(in, NULL, NULL, NULL);
    ERR_clear_error();
    if (certificate != NULL && EVP_PKEY_get_base_id(X509_get0_pubkey(certificate)) == EVP_PKEY_EC)
        return certificate;
    X509_free(certificate);
    fail(err, ERR_CONFIG, "the worker's certificate is not one that secrets can be sealed for");
    fail_cure(err, "make a key pair with: kaquan-worker key new");
    return NULL;
}

/* --- sealing --- */

static bool sealable(const struct seal_place *place, const struct secret *secret, struct err *err) {
    if (!utf8_valid(place->account, strlen(place->account)) || !utf8_valid(secret->value, secret->len))
        return fail(err, ERR_INPUT, "the %s is not valid UTF-8", place->column);
    if (secret->len == 0)
        return fail(err, ERR_INPUT, "the %s is empty", place->column);
    return true;
}

/* By hand: cJSON would leave copies of the secret in freed memory. */
static void write_sealed_text(struct buf *text, const struct seal_place *place, const struct secret *secret) {
    buf_text(text, "{\"account\":");
    json_quote(text, place->account);
    buf_text(text, ",\"column\":");
    json_quote(text, place->column);
    buf_printf(text, ",\"epoch\":%" PRId64 ",\"value\":", place->epoch);
    json_quote(text, secret->value);
    buf_char(text, '}');
}

/* An envelope with one recipient, the text inside. ECDH's default of SHA-1 for the key derivation is replaced. */
static CMS_ContentInfo *new_envelope(X509 *certificate) {
    CMS_ContentInfo *cms = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
    CMS_RecipientInfo *recipient =
        cms == NULL ? NULL : CMS_add1_recipient_cert(cms, certificate, CMS_BINARY | CMS_KEY_PARAM);
    EVP_PKEY_CTX *derivation = recipient == NULL ? NULL : CMS_RecipientInfo_get0_pkey_ctx(recipient);
    if (derivation != NULL && EVP_PKEY_CTX_set_ecdh_kdf_md(derivation, EVP_sha256()) == 1 &&
        CMS_set_detached(cms, 0) == 1)
        return cms;
    CMS_ContentInfo_free(cms);
    return NULL;
}

static bool encrypt(X509 *certificate, const struct buf *text, struct buf *out) {
    AUTO(cms_auto) CMS_ContentInfo *cms = new_envelope(certificate);
    AUTO(bio_auto) BIO *in = BIO_new_mem_buf(text->data, int_of(text->len));
    AUTO(bio_auto) BIO *der = BIO_new(BIO_s_mem());
    const char *bytes;
    long len;
    if (cms == NULL || in == NULL || der == NULL || CMS_final(cms, in, NULL, CMS_BINARY) != 1 ||
        i2d_CMS_bio(der, cms) != 1)
        return false;
    len = BIO_get_mem_data(der, &bytes);
    buf_add(out, bytes, size_of(len));
    return true;
}

bool seal(const char *certificate, const struct seal_place *place, const struct secret *secret, struct buf *out,
          struct err *err) {
    AUTO_BUF struct buf text = {0};
    AUTO(x509_auto) X509 *recipient = NULL;
    if (!sealable(place, secret, err))
        return false;
    recipient = read_certificate(certificate, err);
    if (recipient == NULL)
        return false;
    write_sealed_text(&text, place, secret);
    if (encrypt(recipient, &text, out))
        return true;
    ERR_clear_error();
    return fail(err, ERR_BUG, "OpenSSL could not seal the %s of %s", place->column, place->account);
}

/* --- opening --- */

static bool damaged(const struct seal_place *place, struct err *err) {
    ERR_clear_error();
    fail(err, ERR_PERMISSION, "the sealed %s of %s cannot be opened: it was changed or damaged", place->column,
         place->account);
    return fail_cure(err, "enter the AppSecret again in the console, or fetch the credential again");
}

static bool other_key(const struct seal_place *place, struct err *err) {
    ERR_clear_error();
    fail(err, ERR_PERMISSION, "the sealed %s of %s was sealed for another key", place->column, place->account);
    return fail_cure(err, "run the worker with the key file it was sealed for, or enter the secret again");
}

/* One whole envelope of the kind that seal() makes, and nothing behind it. An older kind of envelope without
 * authentication is refused: it could be changed. */
static CMS_ContentInfo *read_envelope(struct bytes sealed) {
    const unsigned char *at = sealed.data;
    CMS_ContentInfo *cms;
    if (sealed.len == 0 || sealed.len > SEALED_MAX)
        return NULL;
    cms = d2i_CMS_ContentInfo(NULL, &at, (long)sealed.len);
    if (cms != NULL && at == (const unsigned char *)sealed.data + sealed.len &&
        OBJ_obj2nid(CMS_get0_type(cms)) == NID_id_smime_ct_authEnvelopedData)
        return cms;
    CMS_ContentInfo_free(cms);
    return NULL;
}

static bool recipient_is(CMS_RecipientInfo *recipient, X509 *certificate) {
    STACK_OF(CMS_RecipientEncryptedKey) * keys;
    if (CMS_RecipientInfo_type(recipient) != CMS_RECIPINFO_AGREE)
        return false;
    keys = CMS_RecipientInfo_kari_get0_reks(recipient);
    for (int i = 0; i < sk_CMS_RecipientEncryptedKey_num(keys); i++)
        if (CMS_RecipientEncryptedKey_cert_cmp(sk_CMS_RecipientEncryptedKey_value(keys, i), certificate) == 0)
            return true;
    return false;
}

/* Asked first, because CMS_decrypt() says the same of another key and of damage. */
static bool is_for(CMS_ContentInfo *cms, X509 *certificate) {
    STACK_OF(CMS_RecipientInfo) *recipients = CMS_get0_RecipientInfos(cms);
    for (int i = 0; i < sk_CMS_RecipientInfo_num(recipients); i++)
        if (recipient_is(sk_CMS_RecipientInfo_value(recipients, i), certificate))
            return true;
    return false;
}

/* Memory BIOs overwrite what they free. */
static bool decrypt(const struct seal_key *key, CMS_ContentInfo *cms, struct buf *text) {
    AUTO(bio_auto) BIO *out = BIO_new(BIO_s_mem());
    const char *bytes;
    long len;
    if (out == NULL || CMS_decrypt(cms, key->private_key, key->certificate, NULL, out, CMS_BINARY) != 1)
        return false;
    len = BIO_get_mem_data(out, &bytes);
    buf_add(text, bytes, size_of(len));
    return true;
}

/* cJSON frees its texts without wiping them. */
static void wipe_member(cJSON *json, const char *name) {
    cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);
    if (cJSON_IsString(member))
        OPENSSL_cleanse(member->valuestring, strlen(member->valuestring));
}

static bool same_place(const cJSON *json, const struct seal_place *place) {
    const char *account, *column;
    int64_t epoch;
    return json_need_text(json, "account", 0, SEALED_MAX, NULL, &account, NULL) &&
           json_need_text(json, "column", 0, SEALED_MAX, NULL, &column, NULL) &&
           json_need_int(json, "epoch", INT64_MIN, INT64_MAX, &epoch, NULL) && strcmp(account, place->account) == 0 &&
           strcmp(column, place->column) == 0 && epoch == place->epoch;
}

static bool read_sealed_text(const struct buf *text, const struct seal_place *place, struct secret *secret,
                             struct err *err) {
    AUTO_JSON cJSON *json = json_parse(buf_str(text), text->len, NULL, NULL);
    const char *value;
    bool good;
    if (json == NULL)
        return damaged(place, err);
    if (!same_place(json, place)) {
        wipe_member(json, "value");
        fail(err, ERR_PERMISSION, "the sealed text in %s of %s belongs elsewhere", place->column, place->account);
        return fail_cure(err, "somebody copied it there: look into the audit log, then enter the secret again");
    }
    good =
        json_need_text(json, "value", 1, SECRET_MAX, NULL, &value, NULL) && secret_set(secret, value, strlen(value));
    wipe_member(json, "value");
    return good || damaged(place, err);
}

static const struct seal_key *key_for(const struct seal_key *keys, CMS_ContentInfo *cms) {
    while (keys != NULL && !is_for(cms, keys->certificate))
        keys = keys->next;
    return keys;
}

bool unseal(const struct seal_key *keys, const struct seal_place *place, struct bytes sealed, struct secret *secret,
            struct err *err) {
    AUTO_BUF struct buf text = {0};
    AUTO(cms_auto) CMS_ContentInfo *cms = read_envelope(sealed);
    const struct seal_key *key = cms == NULL ? NULL : key_for(keys, cms);
    if (cms == NULL)
        return damaged(place, err);
    if (key == NULL)
        return other_key(place, err);
    if (!decrypt(key, cms, &text))
        return damaged(place, err);
    return read_sealed_text(&text, place, secret, err);
}
