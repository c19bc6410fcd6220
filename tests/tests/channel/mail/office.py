"""A mail server, aiosmtpd, that prints what it takes: a line of JSON for each message.

It ends when its standard input does. Its one argument is JSON: `tls` is "starttls", "tls" or "none",
with `certificate` and `key` as files; `login` is a name and a password; `without` are mechanisms that
it does not offer; `utf8` and `size` are what they are called in SMTP.
"""

import asyncio
import base64
import email
import email.policy
import json
import re
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

options = json.loads(sys.argv[1])


def tell(**what):
    print(json.dumps(what), flush=True)


def tree(part):
    """A part, with those that it holds, or with its content."""
    told = {
        "type": part.get_content_type(),
        "charset": part.get_content_charset(),
        "disposition": part.get_content_disposition(),
        "file": part.get_filename(),
        "id": part["content-id"],
        "encoding": part["content-transfer-encoding"],
    }
    if part.is_multipart():
        told["parts"] = [tree(inner) for inner in part.iter_parts()]
    else:
        told["content"] = base64.b64encode(part.get_payload(decode=True)).decode()
    return told


def defects(part):
    found = [repr(defect) for defect in part.defects]
    for _, value in part.items():
        found += [repr(defect) for defect in value.defects]
    for inner in part.iter_parts() if part.is_multipart() else []:
        found += defects(inner)
    return found


class Handler:
    async def handle_DATA(self, server, session, envelope):
        raw = envelope.original_content
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        head, _, _ = envelope.content.partition(b"\r\n\r\n")
        tell(
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            options=envelope.mail_options,
            encrypted=session.ssl is not None or options["tls"] == "tls",
            login=session.login_data.decode() if session.login_data else None,
            hello=session.host_name,
            head=head.decode("latin-1"),
            headers=[[name, str(value)] for name, value in message.items()],
            defects=defects(message),
            body=tree(message),
            longest=max(len(line) for line in raw.split(b"\n")),
            bare=len(re.findall(rb"(?<!\r)\n|\r(?!\n)", raw)),
            ascii=raw.isascii(),
        )
        return "250 2.0.0 queued as 4F2"


def authenticator(server, session, envelope, mechanism, data):
    good = [data.login.decode(), data.password.decode()] == options["login"]
    if good:
        session.login_data = data.login
    return AuthResult(success=good, handled=False, auth_data=data)


def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(options["certificate"], options["key"])
    return made


async def main():
    loop = asyncio.get_running_loop()
    tls, login = options["tls"], options.get("login")

    def made():
        return SMTP(
            Handler(),
            loop=loop,
            hostname="office",
            enable_SMTPUTF8=options.get("utf8", False),
            data_size_limit=options["size"] or None,
            tls_context=context() if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            authenticator=authenticator if login else None,
            auth_required=bool(login),
            auth_require_tls=tls == "starttls",
            auth_exclude_mechanism=options.get("without", []),
        )

    server = await loop.create_server(
        made, "127.0.0.1", 0, ssl=context() if tls == "tls" else None
    )
    tell(port=server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
