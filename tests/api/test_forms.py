"""A form (multipart) is read as a JSON body is: lists whole, nothing guessed from an absence."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from rest_framework import serializers

from common.api.fields import StrictSerializer, TextField


class Sent(StrictSerializer):
    """What the tests send."""

    names = serializers.ListField(child=TextField(), required=False)
    files = serializers.ListField(child=serializers.FileField(), required=False)
    title = TextField(required=False)
    dry_run = serializers.BooleanField(default=True)


def read(data) -> Sent:
    form = Sent(data=data)
    form.is_valid()
    return form


def test_a_list_field_takes_each_value_of_a_repeated_name():
    assert read(QueryDict("names=a&names=b&names=c")).validated_data["names"] == ["a", "b", "c"]
    assert read(QueryDict("names=a")).validated_data["names"] == ["a"]


def test_a_list_of_files_is_whole():
    several = [SimpleUploadedFile(f"{name}.csv", b"x") for name in "ab"]
    found = read(MultiValueDict({"files": several})).validated_data["files"]
    assert [file.name for file in found] == ["a.csv", "b.csv"]


def test_a_field_of_one_value_takes_the_last():
    assert read(QueryDict("title=a&title=b")).validated_data["title"] == "b"


def test_what_a_form_leaves_out_keeps_its_default():
    assert read(QueryDict("title=a")).validated_data == {"title": "a", "dry_run": True}


def test_each_text_of_a_list_is_composed_or_refused():
    names = MultiValueDict({"names": ["e\u0301", "b"]})
    assert read(names).validated_data["names"] == ["é", "b"]
    refused = read(MultiValueDict({"names": ["a", "b\u202e"]}))
    assert refused.errors == {"names": ["The character U+202E is not allowed."]}


def test_an_unknown_name_of_a_form_is_refused():
    assert read(QueryDict("title=a&other=1")).errors == {"other": ["Unknown field."]}
