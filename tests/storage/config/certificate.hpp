// CERTIFICATE: one of nobody's, for tests of files that should hold some.
#pragma once

namespace kodad::tests {

constexpr const char* certificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBhzCCAS2gAwIBAgIULOvNHAfZEahRFrTWyCKR4uW0mywwCgYIKoZIzj0EAwIw\n"
    "GDEWMBQGA1UEAwwNa29kYWQuZXhhbXBsZTAgFw0yNjExMjcwNjIzNTZaGA8yMTI2\n"
    "MTEwMzA2MjM1NlowGDEWMBQGA1UEAwwNa29kYWQuZXhhbXBsZTBZMBMGByqGSM49\n"
    "AgEGCCqGSM49AwEHA0IABIY1I7Z+ahuMUIpqDRHISA/rk/JNWpu8c3temW+DIPy5\n"
    "q/kz+saTdCYqHcwlUeWmuy1nAvoR605GrxRp3NLNII2jUzBRMB0GA1UdDgQWBBQ0\n"
    "ZyZAoVZuAdJjDFm/o3Q6POXWWjAfBgNVHSMEGDAWgBQ0ZyZAoVZuAdJjDFm/o3Q6\n"
    "POXWWjAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQD7euoufHaX\n"
    "5oJVXaXiPJ8eAF4ruORFBoRa40+WENVOpwIgCi0himAFxyxVSbCZ2FtvfygXw1z2\n"
    "XhZnOFW9ORJBCN8=\n"
    "-----END CERTIFICATE-----\n";

} // namespace kodad::tests
