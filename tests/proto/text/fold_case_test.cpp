#include "proto/text/fold_case.hpp"

#include <doctest/doctest.h>

using kodad::proto::text::fold_case;

TEST_CASE("capital and small letters come out the same") {
  struct {
    const char* one;
    const char* other;
  } pairs[] = {{"HELLO World", "hello wORLD"},
               {"GRÖSSE ÄÜ ÉÇÑ Ø", "grösse äü éçñ ø"},
               {"ŁÓDŹ ČĎĚ ŐŰ", "łódź čďě őű"},
               {"ΑΘΉΝΑ ΏΡΑ ΛΌΓΟΣ", "αθήνα ώρα λόγος"},
               {"МОСКВА ЁЛКА ЇЖАК", "москва ёлка їжак"},
               {"ԵՐԵՎԱՆ", "երեվան"},
               {"VIỆT NAM ĐƯỜNG", "việt nam đường"},
               {"STRAẞE", "straße"},
               {"Ÿ Ž Ə", "ÿ ž ə"},
               {"ＷＩＤＥ", "ｗｉｄｅ"}};
  for (const auto& pair : pairs) {
    CAPTURE(pair.one);
    CHECK(fold_case(pair.one) == fold_case(pair.other));
  }
}

TEST_CASE("what has no case, and what is no text, stays as it is") {
  for (const char* text : {"", "1 + 1 = 2", "日本語", "שלום", "🙂", "×÷", "ı", "\xff\xfe",
                           "a\xc3", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80", "\xc0\xaf"}) {
    CAPTURE(text);
    CHECK(fold_case(text) == text);
  }
  CHECK(fold_case("\xff"
                  "A\xc3") == "\xff"
                              "a\xc3");
  CHECK(fold_case("ä") != fold_case("a"));
}
