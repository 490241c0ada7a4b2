// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "simulator/store/data_folder.h"

namespace tenfold::store {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const FileKind kWords{"a list of words", 0x54656e77, 1, "CREATE TABLE words(word TEXT) STRICT"};

class DatabaseTest : public testing::Test {
protected:
    DatabaseTest() {
        std::string pattern = (fs::temp_directory_path() / "tenfold-store-XXXXXX").string();
        m_folder = ::mkdtemp(pattern.data());
        m_file = m_folder / "deep" / "words.db";
    }
    ~DatabaseTest() override {
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
    }
    std::string whyNot(const FileKind& kind = kWords) const {
        try {
            Database db(m_file, kind);
            db.check();
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return "it was opened";
    }
    std::string bytes() const {
        std::ostringstream out;
        out << std::ifstream(m_file, std::ios::binary).rdbuf();
        return out.str();
    }
    void write(const std::string& text) const {
        fs::create_directories(m_file.parent_path());
        std::ofstream(m_file, std::ios::binary) << text;
    }
    std::vector<std::string> filesBeside() const {
        std::vector<std::string> names;
        for (const auto& e : fs::directory_iterator(m_file.parent_path()))
            names.push_back(e.path().filename().string());
        return names;
    }

    fs::path m_folder;
    fs::path m_file;
};

TEST_F(DatabaseTest, WhatWasWrittenIsThereForTheNextToOpenIt) {
    {
        Database db(m_file, kWords);
        auto insert = db.prepare("INSERT INTO words VALUES(?1)");
        insert.bind("tenfold").step();
        insert.bind(std::string_view("a\0b", 3)).step();
    }
    Database db(m_file, kWords);
    auto all = db.prepare("SELECT word FROM words ORDER BY rowid");
    ASSERT_TRUE(all.step());
    EXPECT_EQ(all.text(0), "tenfold");
    ASSERT_TRUE(all.step());
    EXPECT_EQ(all.text(0), std::string("a\0b", 3));
    EXPECT_FALSE(all.step());
    auto mode = db.prepare("PRAGMA journal_mode");
    mode.step();
    EXPECT_EQ(mode.text(0), "wal");
}

TEST_F(DatabaseTest, ATransactionThatThrowsLeavesNothing) {
    Database db(m_file, kWords);
    EXPECT_THROW(db.transaction([&] {
        db.execute("INSERT INTO words VALUES('half')");
        db.execute("INSERT INTO nowhere VALUES(1)");
    }),
                 std::runtime_error);
    db.transaction([&] { db.execute("INSERT INTO words VALUES('whole')"); });
    auto count = db.prepare("SELECT count(*), min(word) FROM words");
    count.step();
    EXPECT_EQ(count.integer(0), 1);
    EXPECT_EQ(count.text(1), "whole");
}

TEST_F(DatabaseTest, SomethingElseIsNamedAndLeftAsItIs) {
    const std::string foreign[] = {"my notes\n", "", std::string(5000, 'x')};
    for (const auto& text : foreign) {
        write(text);
        EXPECT_THAT(whyNot(), AllOf(HasSubstr(m_file.string()), HasSubstr("not a list of words")));
        EXPECT_EQ(bytes(), text);
        EXPECT_EQ(filesBeside().size(), 1u);
    }
    fs::remove(m_file);
    FileKind other = kWords;
    other.applicationId = 7;
    EXPECT_EQ(whyNot(other), "it was opened");
    const auto before = bytes();
    EXPECT_THAT(whyNot(), HasSubstr("not a list of words")) << "a database, but another one";
    EXPECT_EQ(bytes(), before);
}

TEST_F(DatabaseTest, ADamagedFileIsNamedAndLeftAsItIs) {
    {
        Database db(m_file, kWords);
        db.transaction([&] {
            for (int i = 0; i < 1000; ++i)
                db.execute("INSERT INTO words VALUES(hex(randomblob(40)))");
        });
    }
    auto text = bytes();
    ASSERT_GT(text.size(), 50'000u);
    text.replace(4096, 4096, std::string(4096, '\x7f'));
    write(text);
    EXPECT_THAT(whyNot(), HasSubstr(m_file.string()));
    EXPECT_EQ(bytes(), text);
    text.resize(20'000);
    write(text);
    EXPECT_THAT(whyNot(), HasSubstr(m_file.string()));
    EXPECT_EQ(bytes(), text);
}

TEST_F(DatabaseTest, ANewerVersionIsNotTouched) {
    FileKind newer = kWords;
    newer.version = 9;
    EXPECT_EQ(whyNot(newer), "it was opened");
    EXPECT_THAT(whyNot(), HasSubstr("of version 9, this program knows 1"));
}

TEST_F(DatabaseTest, AFolderThatCannotBeMadeIsSaid) {
    std::ofstream(m_folder / "deep") << "a file in the way";
    EXPECT_THAT(whyNot(), AllOf(HasSubstr(m_file.string()), HasSubstr("folder")));
    m_file = m_folder;
    EXPECT_THAT(whyNot(), HasSubstr(m_file.string())) << "a folder is no file";
}

TEST(DataFolder, IsTheEnvironmentsOrTheUsersOwn) {
    ::setenv("TENFOLD_DATA", "/somewhere", 1);
    EXPECT_EQ(dataFolder(), "/somewhere");
    ::unsetenv("TENFOLD_DATA");
    ::setenv("XDG_DATA_HOME", "/xdg", 1);
    EXPECT_EQ(dataFolder(), "/xdg/tenfold");
    ::unsetenv("XDG_DATA_HOME");
    ::setenv("HOME", "/home/somebody", 1);
    EXPECT_EQ(dataFolder(), "/home/somebody/.local/share/tenfold");
}

}  // namespace
}  // namespace tenfold::store
