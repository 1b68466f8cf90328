from email.message import EmailMessage
from email import message_from_string
message = EmailMessage()
message["Subject"] = "Grüße"
message["From"], message["To"] = "a@example.org", "b@example.org"
message.set_content("Hello\nthere")
parsed = message_from_string(message.as_string())
print(parsed.get_content_type(), parsed["To"], parsed.get_payload().strip().splitlines())
print(message["Subject"], message.get_content().strip())
