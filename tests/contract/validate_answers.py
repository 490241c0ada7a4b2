#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks recorded answers against an OpenAPI 3.1 document with the package jsonschema."""
import json
import sys

import jsonschema


def operations(contract):
    for methods in contract["paths"].values():
        for operation in methods.values():
            yield operation["operationId"], operation


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        data = json.load(file)
    contract = data["contract"]
    by_id = dict(operations(contract))
    problems = 0
    for answer in data["answers"]:
        responses = by_id[answer["operation"]]["responses"]
        response = responses.get(answer["status"], responses["default"])
        if "$ref" in response:
            response = contract["components"]["responses"][response["$ref"].split("/")[-1]]
        content = response["content"].get(answer["type"])
        if content is None:
            print(answer["operation"], answer["status"], "has content type", answer["type"])
            problems += 1
            continue
        schema = {"allOf": [content["schema"]], "components": contract["components"]}
        for error in jsonschema.Draft202012Validator(schema).iter_errors(answer["body"]):
            print(answer["operation"], answer["status"], error.message)
            problems += 1
    if not problems:
        print(len(data["answers"]), "answers are valid")


main()
