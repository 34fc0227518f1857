#ifndef COPENAPI_H
#define COPENAPI_H

#include <stddef.h>

/// The description of both wires, as `Sources/HTTPAPI/openapi.yaml` has it.
const unsigned char *_Nonnull openapi_text(void);

/// How many bytes it has.
size_t openapi_count(void);

#endif
