// SPDX-License-Identifier: MIT
// The user-space engine: private words of every size, NUMA and plain.
#pragma once

#include "engine/inspect.hpp"
#include "engine/requeue.hpp"
#include "engine/wait.hpp"
#include "engine/waitv.hpp"
#include "engine/wake.hpp"
#include "engine/wakev.hpp"
