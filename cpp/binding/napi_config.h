#pragma once

// The one place that includes Node-API; its switches are compile definitions of the target.
#include <napi.h>
