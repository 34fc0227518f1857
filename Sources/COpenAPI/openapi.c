#include "COpenAPI.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// Swift takes minutes to compile an array of so many bytes, and nothing is built meanwhile that sees it.
static const unsigned char text[] = {
#embed "../HTTPAPI/openapi.yaml"
};

const unsigned char *openapi_text(void) { return text; }

size_t openapi_count(void) { return sizeof text; }
