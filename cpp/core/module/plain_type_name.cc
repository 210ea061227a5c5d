#include "core/module/plain_type_name.h"

#include <string_view>

namespace libtorch_node::core {

std::string PlainTypeName(std::string name) {
  constexpr std::string_view kMangle = "___torch_mangle_";
  for (auto at = name.find(kMangle); at != std::string::npos; at = name.find(kMangle, at)) {
    const auto dot = name.find('.', at);
    if (dot == std::string::npos) break;
    name.erase(at, dot - at + 1);
  }
  return name;
}

}  // namespace libtorch_node::core
