#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks recorded answers against an OpenAPI 3.1 document with the package jsonschema: the status
must be listed for the operation, the headers it promises must be there, the body must fit."""
import json
import sys

import jsonschema


def operations(contract):
    for methods in contract["paths"].values():
        for operation in methods.values():
            yield operation["operationId"], operation


def problems_of(contract, operation, answer):
    response = operation["responses"].get(answer["status"])
    if response is None:
        yield "this status is not in the contract"
        return
    if "$ref" in response:
        response = contract["components"]["responses"][response["$ref"].split("/")[-1]]
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    for name, header in response.get("headers", {}).items():
        if header.get("required") and name.lower() not in headers:
            yield f"has no header {name}"
    if "content" not in response:
        return
    content = response["content"].get(headers.get("content-type"))
    if content is None:
        yield f"has content type {headers.get('content-type')}"
        return
    schema = content["schema"]
    # With ?fields= an answer has some of its fields; else it must have all that are required.
    if "anyOf" in schema:
        schema = schema["anyOf"][1 if answer.get("isSparse", False) else 0]
    schema = {"allOf": [schema], "components": contract["components"]}
    for error in jsonschema.Draft202012Validator(schema).iter_errors(answer["body"]):
        yield error.message[:300]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        data = json.load(file)
    contract = data["contract"]
    by_id = dict(operations(contract))
    count = 0
    for answer in data["answers"]:
        for problem in problems_of(contract, by_id[answer["operation"]], answer):
            print(answer["operation"], answer["status"], problem)
            count += 1
    missing = set(by_id) - {a["operation"] for a in data["answers"] if a["status"].startswith("2")}
    if data["isComplete"] and missing:
        print("never answered well:", ", ".join(sorted(missing)))
        count += 1
    if not count:
        print(len(data["answers"]), "answers are valid")


main()
