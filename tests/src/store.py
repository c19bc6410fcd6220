"""One request to an S3-speaking store, signed by nothing but Python's own library.

The status is printed, then the headers; the body of the answer goes to a file.
"""

import datetime
import hashlib
import hmac
import http.client
import sys
import urllib.parse

REGION = "us-east-1"


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def call(host, key_id, secret, method, path, body):
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": stamp}
    names = ";".join(sorted(headers))
    path = urllib.parse.quote(path, safe="/-_.~")
    lines = [method, path, "", *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names, digest]
    scope = f"{day}/{REGION}/s3/aws4_request"
    asked = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in (day, REGION, "s3", "aws4_request"):
        key = mac(key, part)
    signature = mac(key, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{asked}").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    return answer.status, answer.getheaders(), answer.read()


host, key_id, secret, method, path, sent, into = sys.argv[1:]
with open(sent, "rb") as file:
    status, headers, body = call(host, key_id, secret, method, path, file.read())
print(status)
for name, value in headers:
    print(f"{name.lower()}: {value}")
with open(into, "wb") as file:
    file.write(body)
