# Lines that the rules find (`ruleid`) and leave (`ok`); nothing of this file is run.


def sending(task, job):
    # ruleid: bare-delay
    task.delay(1)
    # ruleid: bare-delay
    task.apply_async(args=[1], countdown=3)
    # ok: bare-delay
    request_job(kind="indicators.run")


def showing(title):
    # ruleid: unescaped-text
    text = mark_safe(title)
    # ruleid: unescaped-text
    other = SafeString(title)
    # ok: unescaped-text
    return format_html("<b>{}</b>", title), text, other


class Serializer:
    class Meta:
        # ruleid: every-field
        fields = "__all__"


class Named:
    class Meta:
        # ok: every-field
        fields = ["code"]


def reading(request, code):
    # ruleid: unscoped-get
    one = Project.objects.get(code=code)
    # ok: unscoped-get
    return Project.objects.visible_to(request.user).get(code=code), one


class Body:
    # ruleid: unscoped-field
    node = PrimaryKeyRelatedField(queryset=PortfolioNode.objects.all(), required=False)
    # ok: unscoped-field
    manager = NamedField(people, "username")


def searching(rows, asked):
    # ruleid: pattern-of-a-user
    found = rows.filter(title__iregex=asked)
    # ruleid: pattern-of-a-user
    other = rows.exclude(Q(code__regex=asked))
    # ok: pattern-of-a-user
    return rows.filter(title__icontains=asked), found, other


# ruleid: csrf-exempt
@csrf_exempt
def open_to_all(request):
    return None
