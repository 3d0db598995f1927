# Celery with a task that sends a mail, one SMTP connection each, as its users write it: no database.
# `python3 celery_mails.py` queues the mails; `python3 -m celery -A celery_mails worker` sends them.
# Asked through BENCH: {redis, smtp, count, subject, text, html}.
import json
import os
import smtplib
from email.message import EmailMessage

from celery import Celery

asked = json.loads(os.environ["BENCH"])
app = Celery("mails", broker=f"redis://127.0.0.1:{asked['redis']}/5")
app.conf.update(task_ignore_result=True, task_acks_late=True)


@app.task(name="send")
def send(number):
    mail = EmailMessage()
    mail["Subject"] = asked["subject"]
    mail["From"] = "noreply@example.com"
    mail["To"] = f"person{number}@example.com"
    mail.set_content(asked["text"])
    mail.add_alternative(asked["html"], subtype="html")
    with smtplib.SMTP("127.0.0.1", asked["smtp"], timeout=10) as smtp:
        smtp.send_message(mail)


if __name__ == "__main__":
    with app.producer_pool.acquire() as producer:
        for number in range(asked["count"]):
            send.apply_async((number,), producer=producer)
